"""The gates of protections that need no program: the clock, a list of commits, and two for trying things out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from delivery import windows
from delivery.canonical import short
from delivery.facts import Evidence
from delivery.gates.verdict import Answer, State
from delivery.instances import (
    AllowedTimes,
    AlwaysFailing,
    AlwaysPassing,
    Check,
    CommitDenylist,
    Commits,
    ServiceInstance,
    Task,
)
from delivery.unknown import Unknown


def protected(check: Check, instance: ServiceInstance, evidence: Evidence) -> Answer:
    """Return what a check says now.

    A check that runs something is a Job among the objects of its instance: its success is part of their health, so there is
    nothing more to ask here.
    """
    gate = f"protection {check.name}"
    match check.does:
        case AllowedTimes():
            return _timely(gate, check.does, instance, evidence.now)
        case CommitDenylist():
            return _undenied(gate, check.does, instance, evidence)
        case AlwaysPassing():
            return Answer(gate, State.OPEN, "it always passes")
        case AlwaysFailing(message=message):
            return Answer(gate, State.WAITING, message or "it never passes", "take the protection out of the channel")
        case Task():
            return Answer(gate, State.OPEN, "its Job is one of the instance's objects")
        case _:
            assert_never(check.does)


def _timely(gate: str, times: AllowedTimes, instance: ServiceInstance, now: datetime) -> Answer:
    if found := next((one for one in times.windows if windows.is_open((one,), now)), None):
        return Answer(gate, State.OPEN, f"it is open {found}")
    said = f"it is open {' and '.join(map(str, times.windows))}"
    opens = windows.next_opening(times.windows, now)
    update = f"pulumi up -s {instance.stack}"
    if opens is None:
        return Answer(gate, State.WAITING, f"{said}, and none of these hours is to come", update)
    return Answer(gate, State.WAITING, f"{said}, next at {opens:%a %F %H:%M} UTC", update, opens)


def _undenied(gate: str, denylist: CommitDenylist, instance: ServiceInstance, evidence: Evidence) -> Answer:
    released, repository = denylist.released, denylist.repository
    if released is None:
        return Answer(gate, State.OPEN, f"what was released was not built from {repository}")
    if isinstance(released, Unknown):
        return Answer(gate, State.WAITING, released.why, released.next)
    told = [(one, _has(one, released, evidence)) for one in denylist.denied]
    if found := next((one for one, has in told if has is True), None):
        fact = f"commit {short(released)} of {repository} must not go out: it is in {found}"
        command = f"pvn release {instance.application} --service {instance.service} --param …"
        return Answer(gate, State.REFUSED, fact, command)
    if unknown := _first_unknown([has for _, has in told]):
        return Answer(gate, State.WAITING, unknown.why, unknown.next)
    return Answer(gate, State.OPEN, f"commit {short(released)} of {repository} is none of those that must not go out")


def _has(denied: Commits, released: str, evidence: Evidence) -> bool | Unknown:
    """Return whether a commit is among the denied ones. One of two abbreviated names counts as the other where it may be."""
    if not denied.start:
        return _may_be(denied.end, released)
    inside = evidence.commits.get(denied, Unknown(f"nobody asked git for {denied}", f"git rev-list {denied}"))
    return inside if isinstance(inside, Unknown) else any(_may_be(one, released) for one in inside)


def _may_be(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _first_unknown(told: Sequence[bool | Unknown]) -> Unknown | None:
    return next((one for one in told if isinstance(one, Unknown)), None)
