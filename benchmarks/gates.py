"""The gates of a thousand instances, the questions to a cluster that really has them included; beside `kubectl get`."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks import shop
from components.local.kwok.cluster import Cluster
from delivery import checks, desired, gates, manifests, objects, tree
from delivery.desired import Desired
from delivery.records import History
from delivery.versions import Candidate
from evidence import gather
from tools import home

RUNS = 5
NODES = 20
_PATIENCE = 600


@dataclass(frozen=True)
class Row:
    """One measurement: the median of its runs."""

    what: str
    seconds: float


def measure(services: int) -> list[Row]:
    """Return what it takes to ask and to decide, what of it is deciding, and what `kubectl` takes to ask for the same."""
    os.environ["PATH"] = home.path(os.environ["PATH"])
    with tempfile.TemporaryDirectory(prefix="pvn-bench-") as folder:
        cluster = Cluster("bench-gates", Path(folder, "kwok"), {"disableQPSLimits": True})
        cluster.create(NODES)
        try:
            return _measure(Path(folder), services, cluster)
        finally:
            cluster.delete()


def _measure(folder: Path, services: int, cluster: Cluster) -> list[Row]:
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(cluster.kubeconfig())
    wanted = _wanted(folder / "project", services)
    staging, production = wanted.of_stack("staging"), wanted.of_stack("production")
    _apply(kubeconfig, staging, services)
    outputs = {"staging": _outputs(staging, cluster.kubeconfig())}
    asked = gather.upstream(wanted, "production")

    def ask_and_decide() -> None:
        evidence = gather.gather(folder / "project", asked, production, outputs)
        open_ = sum(gates.decide(one, wanted.siblings(one), History(), evidence).is_open for one in production)
        assert open_ == services, f"{open_} of {services} are open"

    evidence = gather.gather(folder / "project", asked, production, outputs)
    command = ["kubectl", f"--kubeconfig={kubeconfig}", "get", "deployments,services,replicasets,pods", "-A", "-o", "json"]
    return [
        Row(f"gates of {services} instances, questions included", _median(ask_and_decide)),
        Row("of that, deciding", _median(lambda: _decide(wanted, production, evidence))),
        Row(
            "`kubectl get` of the same objects",
            _median(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True)),
        ),
    ]


def _decide(wanted: Desired, candidates: Iterable[Candidate], evidence: Any) -> None:
    for one in candidates:
        gates.decide(one, wanted.siblings(one), History(), evidence)


def _wanted(project: Path, services: int) -> Desired:
    project.mkdir()
    shop.write(project, services, dict.fromkeys(("staging", "production"), "unused"))
    for manifest in project.glob("applications/shop/services/*/manifests.yaml"):
        # a local cluster has addresses for 250 Services, and these need none
        manifest.write_text(manifest.read_text().replace("\n  ports:", "\n  clusterIP: None\n  ports:"))
    file = project / "applications/shop/shop.pvn.yaml"
    content = yaml.safe_load(file.read_text())
    stable = [{"releaseChannelStable": {"releaseChannel": "staging"}}]
    content["application"]["releaseChannels"][1]["preconditions"] = stable
    file.write_text(yaml.safe_dump(content))
    return desired.desire(checks.check(tree.read(project)))


def _apply(kubeconfig: Path, candidates: Iterable[Candidate], services: int) -> None:
    """Put every object on the cluster and wait until all Deployments are available."""
    found = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": next(iter(candidates)).instance.namespace}}]
    for one in candidates:
        for item in manifests.with_version(one.bundle.objects, one.version):
            annotations = item["metadata"]["annotations"] | {objects.MANIFESTS: one.bundle.digest}
            found.append({**item, "metadata": {**item["metadata"], "annotations": annotations}})
    file = kubeconfig.with_name("objects.json")
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": found}))
    kubectl = ["kubectl", f"--kubeconfig={kubeconfig}"]
    _run([*kubectl, "apply", "--server-side", "--field-manager=pvn", f"--filename={file}"])
    count = "jsonpath={range .items[?(@.status.availableReplicas==1)]}x{end}"
    for _ in range(_PATIENCE):
        done = subprocess.run(
            [*kubectl, "get", "deployments", "-A", "-o", count], capture_output=True, text=True, check=True
        )
        if len(done.stdout) == services:
            return
        time.sleep(1)
    raise RuntimeError(f"{len(done.stdout)} of {services} Deployments became available")


def _run(command: list[str]) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def _outputs(candidates: Iterable[Candidate], kubeconfig: str) -> Mapping[str, Any]:
    found = tuple(candidates)
    return {
        "runtimes": {found[0].instance.runtime.name: {"kubeconfig": kubeconfig}},
        "releases": {one.instance.id: {"current": one.record.text} for one in found},
        "manifests": {one.bundle.digest: one.bundle.text for one in found},
    }


def _median(act: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return statistics.median(times)
