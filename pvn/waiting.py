"""What waits, for what, and what to do about it, in words."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from delivery.canonical import short
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
    kept = f"keeps {short(step.record.version)}" if step.record else "was never released"
    return f"{step.candidate.instance.id} {kept}; {short(step.candidate.version)} waits"


def reasons(step: Step) -> Iterable[str]:
    """Yield for every shut gate the fact it saw, and each next command once."""
    for command, answers in groupby(step.verdict.shut, key=lambda answer: answer.next):
        for answer in answers:
            yield f"{answer.gate}: {answer.fact}"
        if command:
            yield f"next: {command}"
