"""`pulumi up` of many services: this program without any flag, beside a bare one that registers the same objects.

Each of the two has a fresh local cluster of its own and the file backend. The bare program gets `--parallel 128`, which is
the best that it can be given; ours gets what a user types.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import measured, shop
from components.local.kwok.cluster import Cluster
from tools import home

PROGRAM = r"language_host/runner|pulumi-language-python-exec"
"""The process that runs the Python program, in the stand-in's and in the official host's words."""
NODES = 10


@dataclass(frozen=True)
class Row:
    """One operation of one program; the median of five where nothing changes, so that it can be repeated."""

    program: str
    operation: str
    seconds: float
    mebibytes: float
    requests: int


def measure(services: int) -> list[Row]:
    """Return the rows of both programs: create, nothing to do, a new image everywhere."""
    with tempfile.TemporaryDirectory(prefix="pvn-bench-") as folder:
        root = Path(folder)
        return [*_ours(root / "ours", services), *_bare(root / "bare")]


def measure_pack(services: int) -> list[tuple[Row, Row]]:
    """Return the rows of this program without and with its policy pack, operation by operation in turn."""
    with tempfile.TemporaryDirectory(prefix="pvn-bench-") as folder:
        without = _ours(Path(folder) / "without", services)
        guarded = _ours(Path(folder) / "guarded", services, "--policy-pack", "policy")
        return list(zip(without, guarded, strict=True))


def _ours(root: Path, services: int, *flags: str) -> Iterator[Row]:
    with _cluster(root) as kubeconfig:
        shop.write(root / "project", services, {"staging": str(kubeconfig)})

        def release() -> None:
            shop.publish(root / "project", services, release=2)

        yield from _operations(f"pvn, {'plain' if not flags else ' '.join(flags)}", root, kubeconfig, release, list(flags))


def _bare(root: Path) -> Iterator[Row]:
    with _cluster(root) as kubeconfig:
        objects = _objects(root.parent / "ours/project", 1)

        def release() -> None:
            newer = json.dumps(objects).replace(shop.image(1), shop.image(2))
            (root / "project/objects.json").write_text(newer)

        shop.write_bare(root / "project", objects, kubeconfig.read_text())
        yield from _operations("bare program, `--parallel 128`", root, kubeconfig, release, ["--parallel", "128"])


def _objects(project: Path, release: int) -> list[dict[str, Any]]:
    """Return the very objects that the program applies, with their namespace."""
    shop.publish(project, len(list((project / "applications/shop/services").iterdir())), release)
    command = [str(shop.CHECKOUT / ".venv/bin/pvn"), "-C", str(project), "render", "--output", "json"]
    rendered = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    found = [one for instance in rendered.values() for one in instance["objects"]]
    namespaces = sorted({one["metadata"]["namespace"] for one in found})
    made = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in namespaces]
    return [*made, *found]


def _operations(program: str, root: Path, kubeconfig: Path, release: Callable[[], None], flags: list[str]) -> Iterator[Row]:
    environment = _environment(root)
    project = root / "project"
    stack = ["--stack", "staging", "--non-interactive"]
    subprocess.run(["pulumi", "stack", "init", *stack[1:]], cwd=project, env=environment, check=True, capture_output=True)
    up = ["pulumi", "up", *stack, "--yes", "--skip-preview", "--suppress-outputs", *flags]
    for operation, times, before in (("create", 1, None), ("no change", 5, None), ("update", 1, release)):
        if before:
            before()
        asked = _requests(kubeconfig)
        runs = [measured.run(up, project, environment, PROGRAM) for _ in range(times)]
        seconds = statistics.median(one.seconds for one in runs)
        print(f"  {program}, {operation}: {seconds:.2f} s", file=sys.stderr, flush=True)
        yield Row(program, operation, seconds, max(one.mebibytes for one in runs), _requests(kubeconfig) - asked)


@contextmanager
def _cluster(root: Path) -> Iterator[Path]:
    cluster = Cluster("bench", root / "cluster")
    cluster.create(NODES)
    try:
        kubeconfig = root / "kubeconfig"
        kubeconfig.write_text(cluster.kubeconfig())
        yield kubeconfig
    finally:
        cluster.delete()


def _environment(root: Path) -> dict[str, str]:
    return os.environ | home.settings(root / "home") | {"PATH": home.path(os.environ["PATH"])}


def _requests(kubeconfig: Path) -> int:
    """Return how many requests the API server has answered to the Pulumi provider and to us, by its own count.

    The cluster's controllers ask the same server all the time; what they ask is left out by who they say they are.
    """
    text = Cluster("bench", kubeconfig.parent / "cluster").ask("/metrics")
    kinds = ("deployments", "services", "namespaces")
    pattern = re.compile(
        r'^apiserver_request_total\{.*[{,]resource="(\w+)".*,verb="(?:APPLY|PATCH|POST|PUT)".*\} (\d+)', re.M
    )
    return sum(int(count) for resource, count in pattern.findall(text) if resource in kinds)
