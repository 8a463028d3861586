"""Where everything stands: what an update of each stack would do with each of its service instances right now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from delivery import desired
from delivery.desired import Desired
from delivery.facts import Evidence
from delivery.foundations import Part
from delivery.gates import Answer, State
from delivery.gates.stable import well_since
from delivery.plan import Action, Step, step
from delivery.records import Ledger
from delivery.structs import replace
from delivery.tree import Tree
from delivery.unknown import Absent, Unknown
from delivery.versions import Candidate
from evidence import backend, judgements
from evidence.gather import Outputs
from evidence.judgements import Memory
from pvn import output


class Standing(Struct, frozen=True):
    """What an update of each stack would do right now."""

    steps: tuple[Step, ...]
    """For each service instance."""
    parts: tuple[Part, ...]
    """For each runtime and registry of the stacks that guard them."""
    health: Mapping[str, Health]
    """By instance id, of what runs there now; what runs nowhere has none."""


class Health(Struct, frozen=True):
    """How the release that an instance runs is, as its cluster says right now."""

    since: datetime | None = None
    """Since when it is as it is, if it is healthy; None where the cluster does not say."""
    ailment: Unknown | None = None
    """Why it is not known to be healthy, and what to look at; None where it is."""


def look(where: Path, wanted: Tree) -> Standing:
    """Return what an update of each stack would do with everything it has, right now."""
    found = desired.desire(wanted)
    guarded = {name for name, stack in wanted.stacks.items() if stack.preconditions}
    stacks = sorted({one.instance.stack for one in found.candidates} | guarded)
    needed = (judgements.stacks(found, one, wanted.stacks[one]) for one in stacks)
    outputs = backend.read(where, frozenset().union(*needed))
    steps: list[Step] = []
    parts: list[Part] = []
    health: dict[str, Health] = {}
    for stack in stacks:
        remembered = _remembered(stack, outputs[stack])
        running = _running(wanted, found, stack, remembered.ledger)
        judged = judgements.judge(where, wanted, found, stack, outputs, remembered, also=running)
        health |= {one.instance.id: _health(one, judged.evidence) for one in running}
        parts += judged.foundation.parts if stack in guarded else ()
        steps += (step(one, judged.verdicts[one.instance.id], judged.memory.ledger) for one in judged.candidates)
    steps.sort(key=lambda one: (one.candidate.instance.application, _rank(wanted, one), one.candidate.instance.service))
    return Standing(tuple(steps), tuple(parts), health)


def _running(wanted: Tree, found: Desired, stack: str, ledger: Ledger) -> tuple[Candidate, ...]:
    """Return what the instances of a stack run, where that is on the runtime that the tree has them on."""
    own = [one for one in found.of_stack(stack) if desired.is_selected(wanted, one.instance)]
    released = ((one, ledger.history(one.instance.id).effective) for one in own)
    runs = (replace(one, version=record.version, bundle=ledger.bundle(record)) for one, record in released if record)
    return tuple(one for one in runs if one.bundle.runtime == one.instance.runtime.name)


def _health(one: Candidate, evidence: Evidence) -> Health:
    seen = well_since(one, evidence)
    return Health(ailment=seen) if isinstance(seen, Unknown) else Health(since=seen[0])


def _rank(wanted: Tree, one: Step) -> int:
    names = [channel.name for channel in wanted.applications[one.candidate.instance.application].release_channels]
    return names.index(one.candidate.instance.channel)


def memory(where: Path, stack: str) -> Memory:
    """Return what a stack remembers; nothing where it does not exist yet. Raises WorldFailed where that cannot be had."""
    with output.progress(f"asking stack {stack}"):
        return _remembered(stack, backend.read(where, [stack])[stack])


def _remembered(stack: str, outputs: Outputs | Unknown) -> Memory:
    return Memory() if isinstance(outputs, Absent) else judgements.memory(stack, outputs)


def state(one: Step) -> str:
    """Return in one word how an instance stands: current, interrupted, ready (the next update moves it), held or waiting."""
    runs = one.history.effective
    if one.action is not Action.APPLY:
        return "held" if runs else "waiting"
    if one.history.is_interrupted:
        return "interrupted"
    return "current" if runs == one.record else "ready"


def is_done(one: Step | Part) -> bool:
    """Return whether nothing is left to do by somebody: it neither waits, nor was its last update cut off."""
    return one.action is Action.APPLY and (state(one) if isinstance(one, Step) else state_of(one)) != "interrupted"


def told(one: Step | Part) -> tuple[Answer, ...]:
    """Return what a person has to hear of it, with the next command of each: what is shut, held or unfinished."""
    stack = one.candidate.instance.stack if isinstance(one, Step) else one.change.stack
    return (*one.verdict.told, *(() if is_done(one) or one.action is not Action.APPLY else (_unfinished(stack),)))


def _unfinished(stack: str) -> Answer:
    fact = "it did not complete, so the cluster may have some of the new objects and some of the old ones"
    return Answer("last update", State.WAITING, fact, f"pulumi up -s {stack}")


def state_of(one: Part) -> str:
    """Return in one word how a runtime or registry stands: the same words as for instances."""
    if one.is_waiting:
        return "held" if one.blueprint else "waiting"
    if one.built.is_interrupted:
        return "interrupted"
    return "ready" if one.change.is_change else "current"
