"""What an update was creating when it was killed, as the state tells it, and how it gets back under the stack's care.

The engine does not know what became of it, sets out to make a second one, and is told by the cloud that there is one. What
takes minutes is called by its cloud as its inputs say, so it can be asked for; whatever else it was is made in a moment.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from msgspec import Struct

from delivery import states


class Question(Struct, frozen=True):
    """How a cloud is asked for one of its things, through the function of its provider."""

    function: str
    arguments: Mapping[str, str]
    marks: str
    """Where the answer has the tags or labels."""
    ready: tuple[str, str] | None = None
    """What the answer says of it once it has been made, as name and value; None where it says no such thing."""


class _Kind(Struct, frozen=True):
    id: str
    """What its cloud calls one, from its inputs and those of its provider."""
    question: Question | None = None


_AKS = {"resourceGroupName": "{resourceGroupName}", "resourceName": "{resourceName}"}
_IN_AZURE = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.ContainerService"
_IN_GOOGLE = {"name": "{name}", "location": "{location}", "project": "{project}"}
_NODES = {"clusterName": "{clusterName}", "nodeGroupName": "{nodeGroupName}"}
_ACTIVE, _SUCCEEDED = ("status", "ACTIVE"), ("provisioningState", "Succeeded")
_KINDS: Mapping[str, _Kind] = {
    "aws:eks/cluster:Cluster": _Kind(
        "{name}", Question("aws:eks/getCluster:getCluster", {"name": "{name}"}, "tags", _ACTIVE)
    ),
    "aws:eks/nodeGroup:NodeGroup": _Kind(
        "{clusterName}:{nodeGroupName}", Question("aws:eks/getNodeGroup:getNodeGroup", _NODES, "tags", _ACTIVE)
    ),
    "azure-native:containerservice:AgentPool": _Kind(
        _IN_AZURE + "/managedClusters/{resourceName}/agentPools/{agentPoolName}",
        Question(
            "azure-native:containerservice:getAgentPool", {**_AKS, "agentPoolName": "{agentPoolName}"}, "tags", _SUCCEEDED
        ),
    ),
    "azure-native:containerservice:ManagedCluster": _Kind(
        _IN_AZURE + "/managedClusters/{resourceName}",
        Question("azure-native:containerservice:getManagedCluster", _AKS, "tags", _SUCCEEDED),
    ),
    "gcp:container/cluster:Cluster": _Kind(
        "projects/{project}/locations/{location}/clusters/{name}",
        Question("gcp:container/getCluster:getCluster", _IN_GOOGLE, "resourceLabels"),
    ),
    # there is no function for it, and its name is made up anew for each
    "gcp:container/nodePool:NodePool": _Kind("{cluster}/nodePools/{name}"),
}
TYPES = frozenset(_KINDS)
"""What can be taken over."""


class Cutoff(Struct, frozen=True):
    """Something that an update was creating when it was killed."""

    urn: str
    id: str
    """What its cloud calls it; empty where that cannot be told from here."""
    question: Question | None
    """How to ask whether it is there; None where its cloud has no answer."""
    parent: str
    provider: str
    """The URNs of what it belongs to, and of what makes it."""
    is_known: bool
    """True where the stack has it by now, and the engine only has not forgotten the interruption."""

    @property
    def name(self) -> str:
        """Its type and name, as the engine shows them."""
        return states.shown(self.urn)


def of_state(deployment: Mapping[str, Any]) -> tuple[Cutoff, ...]:
    """Return what was being created, from the `deployment` of an exported stack.

    Raises LookupError, TypeError or AttributeError where it is none.
    """
    known = {one["urn"]: one.get("inputs", {}) for one in deployment.get("resources") or ()}
    cut = [one["resource"] for one in deployment.get("pending_operations") or () if one["type"] == "creating"]
    return tuple(_cutoff(one, known) for one in {one["urn"]: one for one in cut}.values())


def takeover(stack: str, one: Cutoff) -> str:
    """Return the command that takes something over that is there."""
    kind, _, name = one.name.partition(" ")
    places = {"--parent": f"parent={one.parent}", "--provider": f"provider={one.provider}"}
    given = " ".join(f"{flag} {shlex.quote(urn)}" for flag, urn in places.items())
    what = " ".join(map(shlex.quote, (kind, name, one.id or "ID")))
    return f"pulumi import --stack {stack} --yes --protect=false --generate-code=false {given} {what}"


def forget(stack: str) -> str:
    """Return the command that forgets what was being created."""
    return f"pulumi refresh --stack {stack} --yes --clear-pending-creates"


def _cutoff(found: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> Cutoff:
    kind, provider = _KINDS.get(found["type"]), str(found.get("provider", "")).rpartition("::")[0]
    inputs = {**known.get(provider, {}), **found.get("inputs", {})}
    values = {name: value for name, value in inputs.items() if isinstance(value, str)}
    id_, question = "", None
    if kind:
        with suppress(KeyError):  # a name that is made up elsewhere
            id_ = kind.id.format_map(values)
            question = _asked(kind.question, values) if kind.question else None
    urn = found["urn"]
    return Cutoff(urn, id_, question, str(found.get("parent", "")), provider, is_known=urn in known)


def _asked(question: Question, values: Mapping[str, str]) -> Question:
    filled = {name: one.format_map(values) for name, one in question.arguments.items()}
    return Question(question.function, filled, question.marks, question.ready)
