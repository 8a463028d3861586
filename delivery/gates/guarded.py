"""The gates of a stack's own runtimes and registries: what `pvn:preconditions` in its file asks for.

The same answers as for services, and the same rule: a question that got no answer keeps the gate shut.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from delivery import blueprints, canonical
from delivery.approvals import MANUAL, STACK
from delivery.blueprints import Blueprint
from delivery.facts import Evidence
from delivery.gates.approved import Subject, signed_for
from delivery.gates.verdict import Answer, State, Verdict
from delivery.instances import Approvals
from delivery.inventories import Inventory
from delivery.shapes.guard import StackPrecondition
from delivery.unknown import Unknown

_SHOWN = 5
"""How many nodes that are not ready are named."""


class Alteration(Struct, frozen=True):
    """What is to become of one runtime or registry of a stack."""

    stack: str
    name: str
    """Such as `runtimes/kubernetes-production`."""
    wanted: Blueprint | None
    """As the stack file has it; None where it has it no more."""
    before: Blueprint | None
    """As it was last completed; None where it never was."""

    @property
    def text(self) -> str:
        """What people sign for."""
        return self.wanted.text if self.wanted else blueprints.removal(self.name)

    @property
    def digest(self) -> str:
        """The digest of what people sign for."""
        return canonical.digest(self.text)

    @property
    def is_change(self) -> bool:
        """False where the settings are those that were last completed."""
        return not (self.wanted and self.before and self.wanted.digest == self.before.digest)


def guarded(change: Alteration, gates: tuple[StackPrecondition, ...], how: Approvals, evidence: Evidence) -> Verdict:
    """Return what a stack's preconditions say of a change. Where the settings are those last completed, none is asked."""
    if not change.is_change:
        return Verdict((Answer("no change", State.OPEN, "the settings are those that were last completed"),))
    return Verdict(tuple(_answers(change, gates, how, evidence)))


def _answers(
    change: Alteration, gates: tuple[StackPrecondition, ...], how: Approvals, evidence: Evidence
) -> Iterator[Answer]:
    for gate in gates:
        if gate.stack_stable is not None:
            yield _proven(change, gate.stack_stable, evidence)
        elif gate.manual_approval is not None:
            yield from signed_for(_subject(change, how), MANUAL, gate.manual_approval.min_approvers, evidence)
        else:
            # the reader refuses such a gate; one that says nothing must still not be open
            yield Answer("precondition", State.WAITING, "it names no gate", "pvn check")


def _subject(change: Alteration, how: Approvals) -> Subject:
    return Subject(
        application=STACK,
        channel=change.stack,
        name=change.name,
        version=change.digest,
        digest=change.digest,
        text=change.text,
        how=how,
        command=f"pvn approve --stack {change.stack}",
        instead=f"change them in Pulumi.{change.stack}.yaml",
        noun="settings",
        this="these settings",
    )


def _proven(change: Alteration, upstream: str, evidence: Evidence) -> Answer:
    """Return whether another stack has completed the changed settings on something that is live and healthy now."""
    gate, update = f"stackStable {upstream}", f"pulumi up -s {upstream}"
    exempt = f"take `stackStable: {upstream}` out of Pulumi.{change.stack}.yaml for this one change, in a commit of its own"
    if change.wanted is None:
        return Answer(gate, State.WAITING, f"no stack can prove that {change.name} may go", exempt)
    is_new = change.before is None or change.before.settings.type != change.wanted.settings.type
    changed = _changed(change.wanted.provable, change.before.provable if change.before and not is_new else {})
    if not is_new and not changed:
        fact = f"what changes belongs to this environment alone, so there is nothing that {upstream!r} could prove"
        return Answer(gate, State.OPEN, fact)
    inventory = evidence.inventories.get(upstream, Unknown(f"stack {upstream!r} was not asked", update))
    if isinstance(inventory, Unknown):
        return Answer(gate, State.WAITING, inventory.why, inventory.next)
    kind, peers = change.wanted.settings.type, _peers(change.wanted, inventory)
    if not peers:
        noun = "runtime" if change.wanted.kind == "runtimes" else "registry"
        return Answer(gate, State.WAITING, f"stack {upstream!r} has no {noun} of type {kind!r} that could prove it", exempt)
    doubts = []
    for name in peers:
        doubt = _doubt(upstream, name, changed, inventory, evidence)
        if doubt is None:
            return Answer(gate, State.OPEN, f"the same settings are completed, live and healthy on {name} of {upstream!r}")
        doubts.append(doubt)
    return Answer(gate, State.WAITING, "; ".join(one.why for one in doubts), doubts[0].next)


def _changed(now: Mapping[str, Any], before: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the settings that change, among those that another environment can prove."""
    return {path: now.get(path) for path in {**now, **before} if now.get(path) != before.get(path)}


def _peers(wanted: Blueprint, inventory: Inventory) -> list[str]:
    """Return what another stack has of the same kind and type, by name."""
    return sorted(
        name
        for name in inventory.built
        if (kept := inventory.kept(name)) and (kept.kind, kept.settings.type) == (wanted.kind, wanted.settings.type)
    )


def _doubt(stack: str, name: str, changed: Mapping[str, Any], inventory: Inventory, evidence: Evidence) -> Unknown | None:
    """Return why a runtime or registry of another stack does not prove the changed settings; None where it does."""
    update, built, peer = f"pulumi up -s {stack}", inventory.of(name), inventory.completed(name)
    # what it set out for last must be what it completed: otherwise some of it may be half-way to somewhere else
    if peer is None or built.current is None or built.current != built.begun:
        return Unknown(f"the last update of {name} in {stack!r} did not complete", update)
    for path, value in changed.items():
        if peer.provable.get(path) != value:
            theirs, ours = (json.dumps(one, ensure_ascii=False) for one in (peer.provable.get(path), value))
            return Unknown(f"{name} of {stack!r} has {path} {theirs}, this is {ours}", update)
    return _ailment(stack, name, peer, evidence) if peer.kind == "runtimes" else None


def _ailment(stack: str, name: str, peer: Blueprint, evidence: Evidence) -> Unknown | None:
    unasked = Unknown(f"nobody asked {name} of {stack!r} how it is", f"pulumi up -s {stack}")
    nodes = evidence.nodes.get((stack, peer.settings.name), unasked)
    if isinstance(nodes, Unknown):
        return nodes
    inspect = "kubectl get nodes"
    if nodes.count < 1:
        return Unknown(f"{name} has no nodes", inspect)
    if nodes.unready:
        return Unknown(f"{name} has nodes that are not ready: {', '.join(nodes.unready[:_SHOWN])}", inspect)
    return None
