"""The frozen answers of the corpus are still what kubectl says, alone and with a real API server.

Where a newer kubectl disagrees for a good reason, `python -m tests.unit.manifests.kubectl` freezes its answers.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.local.kwok.cluster import Cluster
from tests.engine import pool
from tests.unit.manifests.kubectl import AGREED, STRICTER, answer, stream
from tests.unit.manifests.test_as_kubectl import frozen, typed

CORPUS = sorted([*AGREED.glob("*.yaml"), *STRICTER.glob("*.yaml")])
AT_RANDOM = "a-key-twice-as-number-and-as-text"
"""Of a key that is there twice for it, kubectl takes one or the other, and not the same one each time."""
UNKNOWN = "a-custom-resource"
"""No cluster knows it without its definition."""


@pytest.fixture
def kubeconfig(toolchain: Path, tmp_path: Path) -> Iterator[Path]:
    """A cluster of which nobody needs the nodes."""
    cluster = Cluster("as-kubectl", tmp_path / "kwok")
    pool.lend(cluster)
    cluster.create(1)
    config = tmp_path / "kubeconfig"
    config.write_text(cluster.kubeconfig())
    yield config
    pool.take_back(cluster)


def test_kubectl_alone_still_gives_the_frozen_answers(toolchain):
    certain = [one for one in CORPUS if one.stem != AT_RANDOM]
    now = {one.stem: comparable(answer(one, str(toolchain / "kubectl"))) for one in certain}
    assert now == {one.stem: typed(frozen(one)) for one in certain}


def test_kubectl_with_a_cluster_reads_the_same(toolchain, kubeconfig):
    command = [str(toolchain / "kubectl"), f"--kubeconfig={kubeconfig}", "create", "--dry-run=client"]
    command += ["--validate=false", "--output=json", "--filename"]
    now, expected = {}, {}
    for one in CORPUS:
        if one.stem in {AT_RANDOM, UNKNOWN}:
            continue
        env = os.environ | {"HOME": str(kubeconfig.parent)}
        done = subprocess.run([*command, str(one)], env=env, capture_output=True, text=True, check=False)
        refused = done.returncode and "no objects passed" not in done.stderr
        now[one.stem] = comparable({"refused": done.stderr} if refused else without_namespace(stream(done.stdout)))
        expected[one.stem] = typed(without_namespace(frozen(one)))
    assert now == expected


def comparable(said: Any) -> Any:
    return typed(said if isinstance(said, list) else {"refused": True})


def without_namespace(objects: Any) -> Any:
    """Return objects without what `create` adds to them: the namespace, and a List around several."""
    if isinstance(objects, dict):
        return objects
    found = [item for one in objects for item in (one["items"] if one["kind"] == "List" else [one])]
    for one in found:
        one["metadata"].pop("namespace", None)
    return json.loads(json.dumps(found))
