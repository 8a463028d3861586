"""`pvn` as a cold process: the shipped tree, and a thousand services in two channels beside `kubectl kustomize`."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import measured, shop
from pvn.command import VERBS
from tools import home

PVN = str(shop.CHECKOUT / ".venv/bin/pvn")
CHANNELS = ("staging", "production")
RUNS = 5


@dataclass(frozen=True)
class Row:
    """One command: the median of its runs."""

    command: str
    seconds: float
    mebibytes: float


def measure(services: int) -> list[Row]:
    """Return the rows of all commands."""
    with tempfile.TemporaryDirectory(prefix="pvn-bench-") as folder:
        large = Path(folder, "large")
        large.mkdir()
        shop.write(large, services, dict.fromkeys(CHANNELS))
        rows = [
            _slowest(),
            _row("`pvn render`, shipped tree", [PVN, "render"], shop.CHECKOUT),
            _row(f"`pvn render`, {services} services in 2 channels", [PVN, "render"], large),
            _row("`kubectl kustomize`, one service", ["kubectl", "kustomize", str(_kustomization(Path(folder)))], large),
        ]
        rows.append(
            _row(f"`pvn diff`, {services} services, all of them changed", [PVN, "diff", "--base", _changed(large)], large)
        )
        broken = large / f"applications/shop/services/service-{services // 2:05}/manifests.yaml"
        broken.write_text(broken.read_text().replace(".Params.image", ".Params.imaeg"))
        return [*rows, _row(f"`pvn check`, {services} services, one error", [PVN, "check"], large, code=1)]


def _slowest() -> Row:
    """Return the slowest start of a verb: each says something of itself, and those that ask nobody do what they are for."""
    starts = [[PVN, name, "--help"] for name in VERBS]
    does = [[PVN, "check"], [PVN, "diff", "--base", "HEAD"], [PVN, "schema"]]
    rows = [_row(f"`{' '.join(['pvn', *one[1:]])}`, shipped tree", one, shop.CHECKOUT) for one in (*starts, *does)]
    slowest = max(rows, key=lambda one: one.seconds)
    return replace(slowest, command=f"the slowest start of a verb, {slowest.command}")


def _changed(project: Path) -> str:
    """Commit the project, change every service in the working tree, and return the commit to compare with."""
    for command in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message", "before")):
        subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@localhost", *command], cwd=project, check=True)
    for file in project.glob("applications/shop/services/*/manifests.yaml"):
        file.write_text(file.read_text().replace("replicas: 1", "replicas: 2"))
    return "HEAD"


def _kustomization(folder: Path) -> Path:
    """Write one of the services as a kustomization: no template, the image set by Kustomize itself."""
    one = folder / "one"
    one.mkdir()
    (one / "manifests.yaml").write_text(
        shop.manifest("one").replace("{{.Params.image}}", "web").replace("{{", "").replace("}}", "")
    )
    (one / "kustomization.yaml").write_text("resources: [manifests.yaml]\nimages: [{name: web, newTag: v2}]\n")
    return one


def _row(name: str, command: Sequence[str], cwd: Path, code: int = 0) -> Row:
    environment = os.environ | {"PATH": home.path(os.environ["PATH"])}
    measured.run(command, cwd, environment, code=code)
    runs = [measured.run(command, cwd, environment, code=code) for _ in range(RUNS)]
    print(f"  {name}: {statistics.median(one.seconds for one in runs):.2f} s", file=sys.stderr, flush=True)
    return Row(name, statistics.median(one.seconds for one in runs), max(one.mebibytes for one in runs))
