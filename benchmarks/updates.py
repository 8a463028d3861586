"""`pulumi up` of many services: this program without any flag, beside a bare one that registers the same objects.

Each of the two has a fresh local cluster of its own and the file backend, and they take turns. The bare program gets
`--parallel 128`, which is the best that it can be given; ours gets what a user types.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
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


Pair = tuple[Row, Row]
OPERATIONS = (("create", 1), ("no change", 5), ("update", 1))
"""What is measured, and how often."""


def measure(services: int) -> list[Pair]:
    """Return what this program and the bare one take to create, to find nothing to do, and to put a new image everywhere."""
    with tempfile.TemporaryDirectory(prefix="pvn-bench-") as folder, ExitStack() as clusters:
        ours = _ours(Path(folder) / "ours", services, clusters)
        return list(_operations(ours, _bare(Path(folder) / "bare", ours, clusters)))


def measure_pack(services: int) -> list[Pair]:
    """Return what this program takes without and with its policy pack."""
    with tempfile.TemporaryDirectory(prefix="pvn-bench-") as folder, ExitStack() as clusters:
        without = _ours(Path(folder) / "without", services, clusters)
        return list(_operations(without, _ours(Path(folder) / "guarded", services, clusters, "--policy-pack", "policy")))


@dataclass(frozen=True)
class Contender:
    """A program with a project and a cluster of its own."""

    program: str
    root: Path
    cluster: Cluster
    flags: Sequence[str]
    release: Callable[[], None]
    """What gives every service a new image."""

    @property
    def project(self) -> Path:
        """Where its commands run."""
        return self.root / "project"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that they see."""
        return os.environ | home.settings(self.root / "home") | {"PATH": home.path(os.environ["PATH"])}

    def init(self) -> None:
        """Make its stack."""
        command = ["pulumi", "stack", "init", "staging", "--non-interactive"]
        subprocess.run(command, cwd=self.project, env=self.environment, check=True, capture_output=True)

    def up(self) -> tuple[measured.Run, int]:
        """Run its update; return what it took, and how many writes the API server has answered in the meantime."""
        asked = self._writes()
        unasked = ("--non-interactive", "--yes", "--skip-preview", "--suppress-outputs")
        command = ["pulumi", "up", "--stack", "staging", *unasked, *self.flags]
        run = measured.run(command, self.project, self.environment, PROGRAM)
        return run, self._writes() - asked

    def _writes(self) -> int:
        """Return how many requests the API server has answered to the Pulumi provider and to us, by its own count.

        The cluster's controllers ask the same server all the time; what they ask is left out by who they say they are.
        """
        kinds = ("deployments", "services", "namespaces")
        pattern = re.compile(
            r'^apiserver_request_total\{.*[{,]resource="(\w+)".*,verb="(?:APPLY|PATCH|POST|PUT)".*\} (\d+)', re.M
        )
        return sum(int(count) for kind, count in pattern.findall(self.cluster.ask("/metrics")) if kind in kinds)


def _operations(one: Contender, other: Contender) -> Iterator[Pair]:
    """Run every operation of both in turn: what slows the machine down slows both."""
    for contender in (one, other):
        contender.init()
    for operation, times in OPERATIONS:
        if operation == "update":
            one.release()
            other.release()
        runs = [(one.up(), other.up()) for _ in range(times)]
        first, second = (_row(operation, who, mine) for who, mine in zip((one, other), zip(*runs, strict=True), strict=True))
        yield first, second


def _row(operation: str, contender: Contender, runs: Sequence[tuple[measured.Run, int]]) -> Row:
    seconds = statistics.median(run.seconds for run, _ in runs)
    print(f"  {contender.program}, {operation}: {seconds:.2f} s", file=sys.stderr, flush=True)
    peak, writes = max(run.mebibytes for run, _ in runs), sum(count for _, count in runs)
    return Row(contender.program, operation, seconds, peak, writes)


def _ours(root: Path, services: int, clusters: ExitStack, *flags: str) -> Contender:
    cluster = clusters.enter_context(_cluster(root))
    shop.write(root / "project", services, {"staging": str(root / "kubeconfig")})
    release = partial(shop.publish, root / "project", services, release=2)
    return Contender(f"pvn, {'plain' if not flags else ' '.join(flags)}", root, cluster, flags, release)


def _bare(root: Path, ours: Contender, clusters: ExitStack) -> Contender:
    cluster = clusters.enter_context(_cluster(root))
    objects = _objects(ours.project)

    def release() -> None:
        newer = json.dumps(objects).replace(shop.image(1), shop.image(2))
        (root / "project/objects.json").write_text(newer)

    shop.write_bare(root / "project", objects, cluster.kubeconfig())
    return Contender("bare program, `--parallel 128`", root, cluster, ("--parallel", "128"), release)


def _objects(project: Path) -> list[dict[str, Any]]:
    """Return the very objects that the program applies, with their namespace."""
    command = [str(shop.CHECKOUT / ".venv/bin/pvn"), "-C", str(project), "render", "--output", "json"]
    rendered = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    found = [one for instance in rendered.values() for one in instance["objects"]]
    namespaces = sorted({one["metadata"]["namespace"] for one in found})
    made = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in namespaces]
    return [*made, *found]


@contextmanager
def _cluster(root: Path) -> Iterator[Cluster]:
    cluster = Cluster("bench", root / "cluster")
    cluster.create(NODES)
    try:
        (root / "kubeconfig").write_text(cluster.kubeconfig())
        yield cluster
    finally:
        cluster.delete()
