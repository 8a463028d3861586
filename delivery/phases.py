"""The order in which the objects of an instance are applied: each phase is complete before the next one begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from delivery import objects
from delivery.instances import Stage

_BEFORE_WORKLOADS = frozenset(
    {"ClusterRole", "ClusterRoleBinding", "ConfigMap", "CustomResourceDefinition", "LimitRange", "NetworkPolicy"}
    | {"PriorityClass", "Role", "RoleBinding", "Secret", "ServiceAccount", "StorageClass"}
)
"""Kinds that a pod may need when it starts. None of them waits for a pod, so waiting for them cannot lock up."""

_IDENTITIES = frozenset(
    {"ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "Role", "RoleBinding", "ServiceAccount"}
)
"""What a Job may need of the service that it guards, and what changes nothing for the pods that run already."""

_GATES = (Stage.POST_APPROVAL.value, Stage.DEPLOYMENT.value)
"""The stages whose Jobs have to succeed before anything of the service changes."""

_NEEDS, _PREPARED, _WORKLOADS, _AFTER = 0, 3, 4, 5
"""Phases; those of the gates lie between the first two."""


def phases(found: Iterable[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Return objects in phases, none of them empty, each in the order given.

    What the Jobs of protections need comes first, then those Jobs, then what pods of the service need, then its workloads
    and all the rest, and last the Jobs that look at what runs.
    """
    given = list(found)
    is_gated = any(objects.stage(one) in _GATES for one in given)
    places = [(_phase(one, is_gated=is_gated), one) for one in given]
    return [[one for phase, one in places if phase == wanted] for wanted in sorted({phase for phase, _ in places})]


def _phase(found: Mapping[str, Any], *, is_gated: bool) -> int:
    stage, kind = objects.stage(found), found["kind"]
    if stage in _GATES:
        return _NEEDS + 1 + _GATES.index(stage) if kind == "Job" else _NEEDS
    if stage:
        return _AFTER if kind == "Job" else _PREPARED
    if kind not in _BEFORE_WORKLOADS:
        return _WORKLOADS
    return _NEEDS if is_gated and kind in _IDENTITIES else _PREPARED
