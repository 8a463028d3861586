"""What a change of the tree changes in the clusters: two desired states, compared instance by instance."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from delivery import differences, objects
from delivery.bundles import Objects
from delivery.desired import Desired
from delivery.differences import Difference
from delivery.instances import ApprovalBy, Check, NothingToAwait, Precondition, ServiceInstance, StableIn
from delivery.objects import ObjectKey
from delivery.versions import Candidate


class Kind(StrEnum):
    """What becomes of an object or an instance."""

    NEW = "new"
    CHANGED = "changed"
    REMOVED = "removed"


class ObjectChange(Struct, frozen=True):
    """One Kubernetes object that is not what it was."""

    key: ObjectKey
    kind: Kind
    differences: tuple[Difference, ...]
    """Field by field; for an object that is new, the whole of it as one. Empty where it is removed."""

    @property
    def restarts_pods(self) -> bool:
        """True where the pods of a running workload are replaced."""
        rolls_out = self.key.kind in ("Deployment", "StatefulSet", "DaemonSet") and self.kind is Kind.CHANGED
        return rolls_out and any(one.path.startswith("spec.template") and not one.is_order for one in self.differences)


class Change(Struct, frozen=True):
    """What changes for one service in one release channel."""

    instance: ServiceInstance
    """As it is wanted now; for one that is removed, as it was."""
    kind: Kind
    settings: tuple[Difference, ...] = ()
    """Where it runs and what guards it: its runtime, its namespace, its gates."""
    objects: tuple[ObjectChange, ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """What would have to be true before the change may go there; empty where it goes at once.

        Measured against the base: what the cluster has already is not known here. An instance that only gets other gates
        has nothing to promote.
        """
        is_promoted = self.kind is Kind.NEW or self.objects or any(one.path != GATE for one in self.settings)
        return gates(self.instance) if is_promoted and self.kind is not Kind.REMOVED else ()

    @property
    def is_guarded_otherwise(self) -> bool:
        """True where the gates themselves change: whoever merges this decides what guards the instance."""
        return any(one.path == GATE for one in self.settings)

    @property
    def needs_approval(self) -> bool:
        """True where somebody would have to sign."""
        return bool(self.needs) and any(isinstance(one, ApprovalBy) for one in self.instance.preconditions)


class Changes(Struct, frozen=True):
    """Everything that changes between two desired states."""

    instances: tuple[Change, ...]
    """Only those that change, in the order of the tree; those that are removed come last."""
    renumbered: tuple[str, ...] = ()
    """The ids of instances that get a new version of the same objects: nothing happens in the cluster."""


GATE = "gate"
"""The path of a difference in what guards an instance."""


def between(before: Desired, after: Desired) -> Changes:
    """Return what changes from one desired state to another."""
    old = {one.instance.id: one for one in before.candidates}
    new = {one.instance.id: one for one in after.candidates}
    found = []
    renumbered = []
    for name in [*new, *(one for one in old if one not in new)]:
        if change := _change(old.get(name), new.get(name)):
            found.append(change)
        elif old[name].version != new[name].version:
            renumbered.append(name)
    return Changes(tuple(found), tuple(renumbered))


def _change(before: Candidate | None, after: Candidate | None) -> Change | None:
    if after is None:
        assert before is not None
        return Change(before.instance, Kind.REMOVED)
    if before is None:
        return Change(after.instance, Kind.NEW, (), tuple(_objects((), after.bundle.objects)))
    settings = (*_places(before, after), *_gates(before.instance, after.instance))
    if before.bundle.digest == after.bundle.digest:
        return Change(after.instance, Kind.CHANGED, settings) if settings else None
    changed = tuple(_objects(before.bundle.objects, after.bundle.objects))
    if not settings and not changed:
        old, new = ([str(one) for one in objects.keys(found.bundle.objects)] for found in (before, after))
        settings = (Difference("objects", old, new, is_order=True),)
    return Change(after.instance, Kind.CHANGED, settings, changed)


def _places(before: Candidate, after: Candidate) -> Iterator[Difference]:
    old, new = ({"runtime": one.bundle.runtime, "namespace": one.instance.namespace} for one in (before, after))
    yield from differences.between(old, new)


def _gates(before: ServiceInstance, after: ServiceInstance) -> Iterator[Difference]:
    old, new = gates(before), gates(after)
    yield from (Difference(GATE, one, differences.ABSENT) for one in old if one not in new)
    yield from (Difference(GATE, differences.ABSENT, one) for one in new if one not in old)


def _objects(before: Objects, after: Objects) -> Iterator[ObjectChange]:
    old = {objects.place(one): one for one in before}
    new = {objects.place(one): one for one in after}
    for place, found in new.items():
        if place not in old:
            yield ObjectChange(objects.key(found), Kind.NEW, (Difference("", differences.ABSENT, found),))
        elif fields := tuple(differences.between(old[place], found)):
            yield ObjectChange(objects.key(found), Kind.CHANGED, fields)
    for place, found in old.items():
        if place not in new:
            yield ObjectChange(objects.key(found), Kind.REMOVED, ())


def gates(of: ServiceInstance) -> tuple[str, ...]:
    """Return what guards an instance, in words that end `it needs …`."""
    preconditions = (_words(one) for one in of.preconditions if not isinstance(one, NothingToAwait))
    return (*preconditions, *map(_checked, of.checks))


def _words(gate: Precondition) -> str:
    match gate:
        case StableIn(channel=channel):
            return f"{channel} stable at this version"
        case ApprovalBy(topic=topic, approvers=approvers):
            return f"{approvers} {'approval' if approvers == 1 else 'approvals'} ({topic})"
    return type(gate).__name__


def _checked(check: Check) -> str:
    words = f"protection {check.name} ({check.stage.value})"
    return f"{words} to be well for {check.bake:g} s" if check.bake else words
