"""What waits, for what, and what to do about it, in words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby

from delivery import differences
from delivery.canonical import short
from delivery.foundations import Foundation, Part
from delivery.gates import Alteration
from delivery.plan import Action, Plan, Step

_SHOWN = 20
"""How many waiting instances an update spells out; `pvn status` shows all of them."""


def text(plan: Plan) -> str:
    """Return what an update says of the instances that it holds back; empty where there are none."""
    waiting = [step for step in plan.steps if step.action is not Action.APPLY]
    if not waiting:
        return ""
    lines = [f"{len(waiting)} of {len(plan.steps)} service instances wait:"]
    for step in waiting[:_SHOWN]:
        lines += [f"  {headline(step)}", *(f"    {line}" for line in reasons(step))]
    if len(waiting) > _SHOWN:
        lines.append(f"  and {len(waiting) - _SHOWN} more: pvn status")
    return "\n".join(lines)


def headline(step: Step) -> str:
    """Return which instance it is, what it keeps and what it waits with."""
    keeps = "gets back" if step.is_restored else "keeps"
    kept = f"{keeps} {short(step.record.version)}" if step.record else "was never released"
    return f"{step.candidate.instance.id} {kept}; {short(step.candidate.version)} waits"


def of_infrastructure(foundation: Foundation) -> str:
    """Return what an update says of the runtimes and registries that it holds back; empty where there are none."""
    waiting = [part for part in foundation.parts if part.is_waiting]
    if not waiting:
        return ""
    lines = [f"{len(waiting)} of {len(foundation.parts)} runtimes and registries wait:"]
    for part in waiting:
        what = [*settings(part.change), *reasons(part)]
        lines += [f"  {standing(part)}", *(f"    {line}" for line in what)]
    return "\n".join(lines)


def standing(part: Part) -> str:
    """Return which runtime or registry it is, what it is built from and what it waits with."""
    kept = f"keeps settings {short(part.blueprint.digest)}" if part.blueprint else "was never built"
    waits = f"{short(part.change.digest)} wait" if part.change.wanted else "its removal waits"
    return f"{part.change.name} {kept}; {waits}"


def settings(change: Alteration) -> Iterable[str]:
    """Yield what changes in a runtime or registry, a line for each setting, in the spelling of stack files."""
    if change.before is None:
        yield "all of it is new"
    elif change.wanted is None:
        yield "it is to go, with all that is in it"
    else:
        for one in differences.between(change.before.typed, change.wanted.typed):
            yield f"{one.path}: {_shown(one.before)} → {_shown(one.after)}"


def _shown(value: object) -> str:
    return "nothing" if value is differences.ABSENT else json.dumps(value, ensure_ascii=False)


def reasons(step: Step | Part) -> Iterable[str]:
    """Yield for every shut gate the fact it saw, and each next command once."""
    for command, answers in groupby(step.verdict.shut, key=lambda answer: answer.next):
        for answer in answers:
            yield f"{answer.gate}: {answer.fact}"
        if command:
            yield f"next: {command}"
