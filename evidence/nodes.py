"""Ask a cluster how its nodes are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from delivery.facts import Nodes
from delivery.unknown import Unknown
from evidence import cluster

if TYPE_CHECKING:
    import httpx2

_NODE = ("v1", "Node")


def look(runtime: str, kubeconfig: str) -> Nodes | Unknown:
    """Return what a cluster says of its nodes. Unknown where it does not answer, or answers with half a list."""
    return cluster.ask(runtime, kubeconfig, _nodes)


def _nodes(client: httpx2.Client) -> Nodes:
    found = tuple(cluster.items(client, _NODE, "/api/v1/nodes", ""))
    return Nodes(len(found), tuple(sorted(one["metadata"]["name"] for one in found if not _is_ready(one))))


def _is_ready(node: Mapping[str, Any]) -> bool:
    """Return whether a node says that it is ready and may be given pods."""
    conditions = {one["type"]: one["status"] for one in node.get("status", {}).get("conditions") or ()}
    return conditions.get("Ready") == "True" and not node.get("spec", {}).get("unschedulable", False)
