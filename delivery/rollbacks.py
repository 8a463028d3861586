"""Rollbacks: a service that stays at a release that was completed before, byte for byte, until somebody lifts it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from delivery.canonical import short
from delivery.problems import Problem, Refused
from delivery.records import Ledger, Record
from delivery.shapes import Rollback
from delivery.tree import Tree
from delivery.versions import Candidate


def pinned(tree: Tree, candidates: Iterable[Candidate], ledger: Ledger) -> tuple[Candidate, ...]:
    """Return a stack's candidates, those with a rollback at the release that it names instead of what the tree wants.

    Raises Refused, with every problem at once, where the stack does not remember such a release.
    """
    pins = wanted(tree)
    problems: list[Problem] = []
    found = tuple(_pinned(one, pins.get(one.instance.id), ledger, problems) for one in candidates)
    if problems:
        raise Refused(problems)
    return found


def wanted(tree: Tree) -> Mapping[str, Rollback]:
    """Return the rollbacks of a tree by the id of their instance."""
    return {
        f"{release.application}/{one.release_channel}/{one.service}": one
        for release in tree.releases.values()
        for one in release.rollbacks
    }


def _pinned(candidate: Candidate, pin: Rollback | None, ledger: Ledger, problems: list[Problem]) -> Candidate:
    if pin is None:
        return candidate
    record, instance = Record(pin.version, pin.manifests), candidate.instance
    known = ledger.history(instance.id).known
    if record not in known:
        kept = ", ".join(short(one.version) for one in known) or "none"
        what = f"stack {instance.stack!r} does not remember release {short(pin.version)} of {instance.id}; it has {kept}"
        fix = f"take the entry out, or: pvn rollback {instance.application} --channel {instance.channel} "
        problems.append(Problem(pin.at, what, f"{fix}--service {instance.service}"))
        return candidate
    return replace(candidate, version=record.version, bundle=ledger.bundle(record), is_rollback=True)
