"""The gates of protections that need no program: the clock, a list of commits, and two for trying things out."""

from __future__ import annotations

from typing import assert_never

from delivery.facts import Evidence
from delivery.gates.verdict import Answer, State
from delivery.instances import AlwaysFailing, AlwaysPassing, Check, ServiceInstance, Task


def protected(check: Check, instance: ServiceInstance, evidence: Evidence) -> Answer:  # noqa: ARG001
    """Return what a check says now.

    A check that runs something is a Job among the objects of its instance: its success is part of their health, so there is
    nothing more to ask here.
    """
    gate = f"protection {check.name}"
    match check.does:
        case AlwaysPassing():
            return Answer(gate, State.OPEN, "it always passes")
        case AlwaysFailing(message=message):
            return Answer(gate, State.WAITING, message or "it never passes", "take the protection out of the channel")
        case Task():
            return Answer(gate, State.OPEN, "its Job is one of the instance's objects")
        case _:
            assert_never(check.does)
