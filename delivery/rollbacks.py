"""Rollbacks: a service that stays at a release that was completed before, byte for byte, until somebody lifts it."""

from __future__ import annotations

from collections.abc import Iterable

from delivery.canonical import short
from delivery.instances import ServiceInstance
from delivery.problems import Problem, Refused
from delivery.records import Ledger, Record
from delivery.structs import replace
from delivery.versions import Candidate


def pinned(candidates: Iterable[Candidate], ledger: Ledger) -> tuple[Candidate, ...]:
    """Return a stack's candidates, those with a rollback at the release that it names instead of what the tree wants.

    Raises Refused, with every problem at once, where the stack does not remember such a release.
    """
    problems: list[Problem] = []
    found = tuple(_pinned(one, ledger, problems) for one in candidates)
    if problems:
        raise Refused(problems)
    return found


def fact(instance: ServiceInstance) -> str:
    """Return where an instance was rolled back to, and why; empty where it was not."""
    pin = instance.rollback
    if pin is None:
        return ""
    return f"rolled back to {short(pin.version)}" + (f": {pin.reason}" if pin.reason else "")


def lift(instance: ServiceInstance) -> str:
    """Return the command that lets an instance follow its releases again."""
    return f"{_command(instance)} --lift --service {instance.service}"


def _command(instance: ServiceInstance) -> str:
    return f"pvn rollback {instance.application} --channel {instance.channel}"


def _pinned(candidate: Candidate, ledger: Ledger, problems: list[Problem]) -> Candidate:
    instance = candidate.instance
    if (pin := instance.rollback) is None:
        return candidate
    record = Record(pin.version, pin.manifests)
    known = ledger.history(instance.id).known
    if record not in known:
        kept = ", ".join(short(one.version) for one in known) or "none"
        what = f"stack {instance.stack!r} does not remember release {short(pin.version)} of {instance.id}; it has {kept}"
        fix = f"take the entry out: {lift(instance)}"
        problems.append(Problem(pin.at, what, fix))
        return candidate
    return replace(candidate, version=record.version, bundle=ledger.bundle(record), is_rollback=True)
