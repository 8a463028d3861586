"""Control planes that tests borrow: starting one costs more CPU than what most tests do with it.

A cluster is lent by putting it where one of that name would be made, its kubeconfig beside it: a stack links it as somebody
else's, and an emulated cloud that makes one takes over what is there. Tests about making local clusters borrow none.

The pool is a folder; its name in the environment is all that workers and the emulator's processes share.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http.client import NOT_FOUND
from pathlib import Path
from typing import TYPE_CHECKING

from components.local.kwok.cluster import Cluster

if TYPE_CHECKING:
    import httpx2

PLACE = "PVN_TEST_CLUSTERS"
PATIENCE = 60.0
"""Seconds that the namespaces of the test before may take to go; a namespace that is held for ever costs a new cluster."""
DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
NAMES = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
WORKLOADS = (
    *("apis/batch/v1/cronjobs", "apis/batch/v1/jobs", "apis/apps/v1/statefulsets", "apis/apps/v1/daemonsets"),
    *("apis/apps/v1/deployments", "apis/apps/v1/replicasets", "api/v1/pods"),
)
"""What makes others before what it makes. A namespace that still has a pod is looked at again after half a minute only."""
AT_ONCE: Mapping[str, int | str] = {"gracePeriodSeconds": 0, "propagationPolicy": "Background"}
ITS_OWN = frozenset({"apiservices", "endpointslices", "events", "ipaddresses", "leases", "nodes", "pods", "replicasets"})
"""Kinds that the cluster itself looks after: they go with what they belong to."""


def begin() -> None:
    """Have a pool from here on, with no cluster in it."""
    os.environ[PLACE] = tempfile.mkdtemp(prefix="pvn-clusters-")


def end() -> None:
    """End every cluster of the pool."""
    pool = Path(os.environ.pop(PLACE))
    for folder in sorted((pool / "clusters").glob("*")):
        Cluster(folder.name, pool).delete()
    shutil.rmtree(pool)


def lend(*borrowed: Cluster) -> None:
    """Put an empty cluster where each of these would be made: the same one, since it may be for several stacks.

    Nothing happens without a pool, or where there is one already.
    """
    absent = [one for one in borrowed if not one.exists]
    if PLACE not in os.environ or not absent:
        return
    pool = Path(os.environ[PLACE])
    while (own := _taken(pool)) and not _is_empty(own):
        own.delete()
    if not own:
        own = Cluster(f"pool-{time.monotonic_ns()}", pool)
        own.create(1)
    _lent_at(own).touch()
    for one in absent:
        place = _place(one)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(_place(own))
        (one.directory / f"{one.name}.kubeconfig").write_text(own.kubeconfig())


def take_back(*borrowed: Cluster) -> None:
    """Take clusters back and begin to empty them; one that was not borrowed, or that no longer runs, is removed."""
    owned: set[str] = set()
    for one in borrowed:
        place = _place(one)
        if place.is_symlink():
            owned.add(place.resolve().name)
            place.unlink()
        else:
            one.delete()
    for name in sorted(owned):
        own = Cluster(name, Path(os.environ[PLACE]))
        if own.is_running:
            _empty(own)
            (_place(own) / "free").touch()
        else:
            own.delete()


def _place(cluster: Cluster) -> Path:
    return cluster.directory / "clusters" / cluster.name


def _lent_at(own: Cluster) -> Path:
    return _place(own) / "lent"


def _taken(pool: Path) -> Cluster | None:
    """Take the cluster that has been free for the longest time; None where there is none."""
    with (pool / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        free = sorted(pool.glob("clusters/*/free"), key=lambda one: one.stat().st_mtime)
        if not free:
            return None
        free[0].unlink()
        return Cluster(free[0].parent.name, pool)


def _is_empty(own: Cluster) -> bool:
    """Wait until the namespaces of the last borrower are gone. False where one of them does not go."""
    end = time.monotonic() + PATIENCE
    with _client(own) as client:
        while any("deletionTimestamp" in one["metadata"] for one in client.get("/api/v1/namespaces").json()["items"]):
            if time.monotonic() > end:
                return False
            time.sleep(0.1)
    return True


def _empty(own: Cluster) -> None:
    """Delete what its borrower made, and make its node anew."""
    with _client(own) as client:
        for path in _made_since(client, _lent_at(own)):
            if path.startswith("/api/v1/namespaces/") and path.count("/") == 4:
                for workload in WORKLOADS:
                    base, _, resource = workload.rpartition("/")
                    client.delete(f"/{base}/namespaces/{path.rpartition('/')[2]}/{resource}", params=AT_ONCE)
            client.delete(path)
        for node in client.get("/api/v1/nodes").json()["items"]:
            client.delete(f"/api/v1/nodes/{node['metadata']['name']}")
    own.scale(1)


def _client(own: Cluster) -> httpx2.Client:
    from evidence.cluster import connect  # what only looks for a cluster does not wait for all of this

    return connect(own.kubeconfig())


def _made_since(client: httpx2.Client, moment: Path) -> Iterator[str]:
    """Yield the path of each object that was made since then: namespaces, and what is in none of these."""
    since = datetime.fromtimestamp(moment.stat().st_mtime, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    gone: set[str] = set()
    for base, resource in sorted(_resources(client), key=lambda one: one[1] != "namespaces"):
        answer = client.get(f"{base}/{resource}", headers={"Accept": NAMES})
        if answer.status_code == NOT_FOUND:  # its definition has just been deleted
            continue
        for item in answer.json()["items"] or ():
            metadata = item["metadata"]
            space = metadata.get("namespace")
            if metadata["creationTimestamp"] > since and space not in gone:
                yield f"{base}/{f'namespaces/{space}/' if space else ''}{resource}/{metadata['name']}"
                gone |= {metadata["name"]} if resource == "namespaces" else set()


def _resources(client: httpx2.Client) -> Iterator[tuple[str, str]]:
    """Yield each kind that can be listed and deleted, as the path of its group and its name."""
    for root in ("/api", "/apis"):
        for group in client.get(root, headers={"Accept": DISCOVERY}).json()["items"]:
            name = group["metadata"].get("name")
            for resource in group["versions"][0]["resources"]:
                if {"list", "delete"} <= set(resource["verbs"]) and resource["resource"] not in ITS_OWN:
                    version = group["versions"][0]["version"]
                    yield f"{root}/{name}/{version}" if name else f"{root}/{version}", resource["resource"]
