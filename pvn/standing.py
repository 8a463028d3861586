"""Where everything stands: what an update of each stack would do with each of its service instances right now."""

from __future__ import annotations

from pathlib import Path

from delivery import desired, gates, records, rollbacks
from delivery.plan import Action, Step, step
from delivery.records import Ledger
from delivery.tree import Tree
from delivery.unknown import Absent, Unknown
from evidence import backend, gather
from evidence.gather import Outputs


def look(where: Path, wanted: Tree) -> list[Step]:
    """Return what an update of each stack would do with each instance right now."""
    found = desired.desire(wanted)
    stacks = sorted({one.instance.stack for one in found.candidates})
    outputs = backend.read(where, stacks)
    steps = []
    for stack in stacks:
        ledger = _remembered(stack, outputs[stack])
        own = [one for one in found.of_stack(stack) if desired.is_selected(wanted, one.instance)]
        candidates = rollbacks.pinned(wanted, own, ledger)
        asked = gather.upstream(found, stack).and_own(candidates, ledger)
        evidence = gather.gather(where, asked, candidates, outputs)
        for one in candidates:
            history = ledger.history(one.instance.id)
            steps.append(step(one, gates.decide(one, found.siblings(one), history, evidence), ledger))
    return sorted(
        steps, key=lambda one: (one.candidate.instance.application, _rank(wanted, one), one.candidate.instance.service)
    )


def _rank(wanted: Tree, one: Step) -> int:
    names = [channel.name for channel in wanted.applications[one.candidate.instance.application].release_channels]
    return names.index(one.candidate.instance.channel)


def ledger(where: Path, stack: str) -> Ledger:
    """Return what a stack remembers; nothing where it does not exist yet. Raises WorldFailed where that cannot be had."""
    return _remembered(stack, backend.read(where, [stack])[stack])


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
