"""Where everything stands: what an update of each stack would do with each of its service instances right now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from delivery import desired, foundations, inventories, records, rollbacks
from delivery.facts import Evidence
from delivery.foundations import Foundation, Part
from delivery.inventories import Inventory
from delivery.plan import Action, Step, step
from delivery.records import Ledger
from delivery.tree import Tree
from delivery.unknown import Absent, Unknown
from delivery.verdicts import verdicts
from evidence import backend, gather, proofs
from evidence.gather import Outputs


@dataclass(frozen=True, slots=True)
class Standing:
    """What an update of each stack would do right now."""

    steps: tuple[Step, ...]
    """For each service instance."""
    parts: tuple[Part, ...]
    """For each runtime and registry of the stacks that guard them."""


def look(where: Path, wanted: Tree) -> Standing:
    """Return what an update of each stack would do with everything it has, right now."""
    found = desired.desire(wanted)
    guarded = {name for name, stack in wanted.stacks.items() if stack.preconditions}
    stacks = sorted({one.instance.stack for one in found.candidates} | guarded)
    outputs = backend.read(where, {*stacks, *(other for name in guarded for other in proofs.upstreams(wanted.stacks[name]))})
    steps: list[Step] = []
    parts: list[Part] = []
    for stack in stacks:
        ledger = _remembered(stack, outputs[stack])
        own = [one for one in found.of_stack(stack) if desired.is_selected(wanted, one.instance)]
        candidates = rollbacks.pinned(wanted, own, ledger)
        asked = gather.upstream(found, stack).and_own(candidates, ledger)
        evidence = gather.gather(where, asked, candidates, outputs)
        foundation = _foundation(where, wanted, stack, outputs, evidence)
        parts += foundation.parts if stack in guarded else ()
        judged = verdicts(found, candidates, ledger, foundation, evidence)
        steps += (step(one, judged[one.instance.id], ledger) for one in candidates)
    steps.sort(key=lambda one: (one.candidate.instance.application, _rank(wanted, one), one.candidate.instance.service))
    return Standing(tuple(steps), tuple(parts))


def _foundation(
    where: Path, wanted: Tree, stack: str, outputs: Mapping[str, Outputs | Unknown], evidence: Evidence
) -> Foundation:
    settings, remembered = wanted.stacks[stack], _built(stack, outputs[stack])
    changes = foundations.alterations(stack, settings, remembered)
    return foundations.lay(settings, changes, remembered, proofs.gather(where, settings, changes, outputs, evidence))


def _rank(wanted: Tree, one: Step) -> int:
    names = [channel.name for channel in wanted.applications[one.candidate.instance.application].release_channels]
    return names.index(one.candidate.instance.channel)


def ledger(where: Path, stack: str) -> Ledger:
    """Return what a stack remembers; nothing where it does not exist yet. Raises WorldFailed where that cannot be had."""
    return _remembered(stack, backend.read(where, [stack])[stack])


def inventory(where: Path, stack: str) -> Inventory:
    """Return what a stack remembers of its runtimes and registries, as `ledger` does."""
    return _built(stack, backend.read(where, [stack])[stack])


def _built(stack: str, outputs: Outputs | Unknown) -> Inventory:
    return Inventory() if isinstance(outputs, Absent) else inventories.own(stack, outputs)


def _remembered(stack: str, outputs: Outputs | Unknown) -> Ledger:
    return Ledger() if isinstance(outputs, Absent) else records.own(stack, outputs)


def state(one: Step) -> str:
    """Return in one word how an instance stands: current, interrupted, ready (the next update moves it), held or waiting."""
    runs = one.history.effective
    if one.action is not Action.APPLY:
        return "held" if runs else "waiting"
    if one.history.is_interrupted:
        return "interrupted"
    return "current" if runs == one.record else "ready"


def state_of(one: Part) -> str:
    """Return in one word how a runtime or registry stands: the same words as for instances."""
    if one.is_waiting:
        return "held" if one.blueprint else "waiting"
    if one.built.is_interrupted:
        return "interrupted"
    return "ready" if one.change.is_change else "current"
