"""What the provider calls done before the cluster has begun it.

The Kubernetes provider may take the last rollout of a workload for the one that it has just asked for: it reads an event
from before the change, and finds everything ready. It then answers with an object whose controller has not seen the change.
Such an answer is no proof, so the cluster is asked until there is one (docs/adr/0027).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pulumi
from google.protobuf import json_format, struct_pb2

from components import kubernetes
from delivery import objects, states
from evidence import rollouts

_PROVIDER = "pulumi:providers:kubernetes"
_QUIET = 5.0
"""Seconds after which people are told what is waited for; most take one."""


class Rollouts:
    """Every object of an update that the provider is done with, and whether its cluster is as well.

    `unchanged` are the service instances, by id, of which nobody has to ask: the state keeps an early answer for good, and
    an update that has completed since says that it came true.
    """

    def __init__(self, unchanged: Collection[str] = ()) -> None:
        self._unchanged = unchanged
        self._clusters: dict[str, rollouts.Rollouts] = {}
        """By the URN of the provider that leads to each."""

    def has_stalled(self, request: Any, answer: Any) -> bool:
        """Return whether an object is not what was asked of it although its registration went well, and tell people why.

        Both are the engine's own, as its monitor takes and gives them. Waits as long as the provider would have.
        """
        if request.type == _PROVIDER:
            self._clusters[answer.urn] = rollouts.Rollouts(request.name, _kubeconfig(request.object))
        if not _is_behind(answer.object) or self._is_unchanged(request.parent):
            return False
        key, cluster = objects.key(json_format.MessageToDict(answer.object)), self._clusters[_provider(request)]
        quiet = min(_QUIET, patience := _patience(request))
        if why := cluster.settle(key, quiet):
            pulumi.log.info(f"waiting for {key} in {cluster.runtime!r}: {why}", ephemeral=True)
            why = cluster.settle(key, patience - quiet)
        if why:
            where = f"{key.kind} {key.name}" + (f" --namespace {key.namespace}" if key.namespace else "")
            pulumi.log.error(f"{key} in {cluster.runtime!r}: {why}\n  fix: {_FIX.format(where)}")
        return why is not None

    def _is_unchanged(self, parent: str) -> bool:
        is_instance = bool(parent) and states.type_of(parent) == states.INSTANCE
        return is_instance and states.name_of(parent) in self._unchanged


_FIX = "see what keeps it (kubectl describe {}), mend that and update again; until then this release does not count"


def _provider(request: Any) -> str:
    urn, _, _ = request.provider.rpartition("::")
    return str(urn)


def _kubeconfig(settings: struct_pb2.Struct) -> str:
    found = settings["kubeconfig"]
    return str(found["value"] if isinstance(found, struct_pb2.Struct) else found)


def _is_behind(told: struct_pb2.Struct) -> bool:
    metadata, status = _part(told, "metadata"), _part(told, "status")
    seen, wanted = _part(status, "observedGeneration"), _part(metadata, "generation")
    is_unasked = _part(_part(metadata, "annotations"), objects.HURRY) == "true"
    return isinstance(seen, float) and isinstance(wanted, float) and seen < wanted and not is_unasked


def _part(of: object, name: str) -> object:
    """Return a value within an answer, and None where it is not there; whole answers are too long to be taken apart."""
    return of[name] if isinstance(of, struct_pb2.Struct) and name in of else None


def _patience(request: Any) -> float:
    """Return how many seconds the provider may take for an object, as the program says it: `90s`."""
    said = request.customTimeouts.update or request.customTimeouts.create
    return float(said.removesuffix("s")) if said else kubernetes.PATIENCE
