"""The program on each cloud: how long until it asks for its first resource, and how much memory it takes.

The stack files of examples/ with the shipped applications, previewed by the real engine over the tests' emulated providers:
what is measured is the program with the cloud's own SDK. The engine's log says when it started and what it asked for when.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from benchmarks import measured
from benchmarks.updates import PROGRAM
from tests.engine.emulated import CI, CLOUDS, EMULATOR
from tests.engine.emulator.world import CALLER, PLACE, World
from tools import home
from tools.home import CHECKOUT

RUNS = 5
STACKS = ("staging", "production")
_STARTED = re.compile(r"langhost\[python\]\.Run\(|LanguageRuntime.*\.Run\(")
_ASKED = re.compile(r"ResourceMonitor\.RegisterResource received: t=([^,]+),")
_TIME = re.compile(r'"time":"([^"]+?)(\d{3})?Z"')
_WHO = {"aws": ("role", "id"), "azure": ("client", "subscription"), "gcp": ("serviceAccount", "project")}
"""In an account of a stack file: who deploys there, and what the account is."""


@dataclass(frozen=True)
class Row:
    """One stack on one cloud; medians."""

    cloud: str
    stack: str
    first: float
    """Seconds from the start of the program to its first request for a resource, the stack itself apart."""
    cloud_first: float
    """Seconds to the first resource of the cloud, its SDK loaded."""
    mebibytes: float
    """The peak of the program, at the end of the whole preview."""


def measure() -> list[Row]:
    """Return the rows of the shipped examples."""
    return [_row(cloud, stack) for cloud in CLOUDS for stack in STACKS]


def _row(cloud: str, stack: str) -> Row:
    with tempfile.TemporaryDirectory(prefix="pvn-bench-") as folder:
        project, environment = _project(Path(folder), cloud)
        flags = ["--stack", stack, "--non-interactive"]
        measured.run(["pulumi", "stack", "init", stack, "--non-interactive"], project, environment)
        preview = ["pulumi", "preview", *flags, "--suppress-outputs", "--logtostderr", "-v=9"]
        runs = [measured.run(preview, project, environment, PROGRAM) for _ in range(RUNS + 1)][1:]
    found = [_moments(one.output, CLOUDS[cloud].package) for one in runs]
    first, cloud_first = (statistics.median(times) for times in zip(*found, strict=True))
    print(f"  {cloud}, {stack}: {first:.2f} s, {cloud_first:.2f} s", file=sys.stderr, flush=True)
    return Row(cloud, stack, first, cloud_first, max(one.mebibytes for one in runs))


def _moments(log: str, package: str) -> tuple[float, float]:
    """Return the seconds from the start of the program to its first request, and to its first for a thing of the cloud."""
    lines = log.splitlines()
    began = next(_time(line) for line in lines if _STARTED.search(line))
    asked = [(_time(line), found[1]) for line in lines if (found := _ASKED.search(line))]
    first = next(at for at, kind in asked if kind != "pulumi:pulumi:Stack")
    return first - began, next(at for at, kind in asked if kind.startswith(f"{package}:")) - began


def _time(line: str) -> float:
    found = _TIME.search(line)
    assert found, f"an engine whose log has no times: {line[:200]}"
    return datetime.fromisoformat(f"{found[1]}+00:00").timestamp()


def _project(folder: Path, cloud: str) -> tuple[Path, Mapping[str, str]]:
    """Return a project with the stack files of a cloud, in a world where their deploy identities may do all they need."""
    project, world = folder / "project", World(folder / "world")
    allowed: dict[str, str] = {}
    for name in ("applications", "releases"):
        shutil.copytree(CHECKOUT / name, project / name)
    for file in (project / "applications").rglob("*.pvn.yaml"):
        file.write_text(file.read_text().replace("docker-hub", "images"))
    for file in (CHECKOUT / "examples" / cloud).glob("Pulumi.*.yaml"):
        shutil.copy(file, project)
        allowed |= dict(_identities(cloud, yaml.safe_load(file.read_text())["config"]))
    world.allow(CI, *allowed)
    for who, where in allowed.items():
        world.allow(who, where)
    python = {"name": "python", "options": {"toolchain": "pip", "virtualenv": sys.prefix}}
    providers = [{"name": CLOUDS[cloud].package, "path": str(EMULATOR)}]
    found = {"name": "pvn", "main": str(CHECKOUT), "runtime": python, "plugins": {"providers": providers}}
    (project / "Pulumi.yaml").write_text(yaml.safe_dump(found))
    own = {PLACE: str(world.folder), CALLER: CI, "PATH": home.path(os.environ["PATH"])}
    return project, os.environ | home.settings(folder / "home") | own


def _identities(cloud: str, config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield who acts in which account, by the word of a stack file."""
    who, where = _WHO[cloud]
    for one in (*config.get("pvn:runtimes", ()), *config.get("pvn:registries", ())):
        yield one["account"][who], one["account"][where]
        if "grantsAs" in one:
            yield one["grantsAs"], one["account"][where]
