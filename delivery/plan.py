"""PLAN: for every instance the new objects, or those of its last completed release.

Leaving resources out of a Pulumi program deletes them. So an instance that is held is planned with the objects that it has,
an instance that vanished from the tree stops the run unless a tombstone says that it should, and only an instance that was
never released and may not be yet is absent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum
from types import MappingProxyType

from msgspec import Struct

from delivery import objects
from delivery.bundles import Bundle
from delivery.gates import Answer, State, Verdict
from delivery.homes import Home
from delivery.problems import Problem, Refused, Spot
from delivery.records import History, Ledger, Record
from delivery.structs import replace
from delivery.tombstones import Tombstones
from delivery.versions import Candidate

MAX_DELETIONS = 10
"""How many objects one update may delete where its stack does not say."""


class Action(Enum):
    """What happens to an instance in this update."""

    APPLY = "apply"
    """Its gates are open: it gets the objects of its candidate."""
    HOLD = "hold"
    """It keeps the objects of its last completed release, whatever the tree says now; those of one begun, where none was."""
    WAIT = "wait"
    """It was never released and may not be yet: there is nothing to keep."""


_UNJUDGED = Verdict((Answer("gates", State.WAITING, "nobody judged this instance"),))


class Step(Struct, frozen=True):
    """What the plan has in mind for one instance."""

    candidate: Candidate
    verdict: Verdict
    history: History
    action: Action
    record: Record | None
    """What will be recorded once every object has applied; None where nothing is."""
    bundle: Bundle | None
    """The objects to apply; None where there are none."""
    before: Bundle | None = None
    """The objects of the last completed release, where the step replaces them by others."""
    is_restored: bool = False
    """True where the cluster has objects of another release in their place, which the step puts back."""

    @property
    def runtime(self) -> str:
        """The name of the runtime that the objects are on, or would be."""
        return (self.bundle or self.candidate.bundle).runtime

    @property
    def tried(self) -> Record | None:
        """The release that this update is to bring or to finish; None where it brings nothing."""
        return self.record if self.record != self.last else None

    @property
    def failed(self) -> Record | None:
        """The release that was tried and is given up, in this update or an earlier one; None once another one is tried."""
        if self.action is Action.APPLY:
            return None
        return self.candidate.record if self.verdict.gives_up else self.history.failed

    @property
    def last(self) -> Record | None:
        """The record that holds should this update fail."""
        return self.history.effective

    @property
    def previous(self) -> Record | None:
        """The release to roll back to: the newest completed one that is not what the step keeps or puts there."""
        kept = (self.record, self.last) if self.record == self.last else (self.last,)
        return next((one for one in self.history.known if one not in kept), None)


class Plan(Struct, frozen=True):
    """What an update makes of every instance of a stack."""

    steps: tuple[Step, ...]
    texts: Mapping[str, str]
    """The bundles that the stack must remember, by digest."""

    @property
    def unchanged(self) -> frozenset[str]:
        """The ids of the instances that get what the last update completed: there is nothing to wait for."""
        kept = (one for one in self.steps if one.record and one.record == one.history.current and not one.is_restored)
        return frozenset(one.candidate.instance.id for one in kept)

    def restoring(self, displaced: Collection[str]) -> Plan:
        """Return the plan with these instances, by id, put back."""
        steps = (replace(one, is_restored=True) if one.candidate.instance.id in displaced else one for one in self.steps)
        return replace(self, steps=tuple(steps))


def plan(
    candidates: Sequence[Candidate],
    verdicts: Mapping[str, Verdict],
    ledger: Ledger,
    runtimes: Iterable[str],
    removed: Tombstones,
    max_deletions: int = MAX_DELETIONS,
    moved: Mapping[str, Home] = MappingProxyType({}),
) -> Plan:
    """Return the plan of a stack.

    `verdicts` are by instance id; an instance without one is held. `runtimes` are those the stack has now, `removed` is what
    a tombstone in the tree lets go of, and `max_deletions` is how many objects may go at once. `moved` is where the tree has
    the instances of other stacks. Raises Refused where the plan would lose something.
    """
    steps = tuple(step(one, verdicts.get(one.instance.id, _UNJUDGED), ledger) for one in candidates)
    if problems := (*_vanished(candidates, ledger, removed, moved), *_homeless(steps, set(runtimes)), *_contested(steps)):
        raise Refused(problems)
    if too_many := tuple(_too_many(steps, ledger, max_deletions)):
        raise Refused(too_many)
    return Plan(steps, dict(_texts(steps, ledger)))


def step(candidate: Candidate, verdict: Verdict, ledger: Ledger) -> Step:
    """Return what becomes of one instance: only an open verdict lets its new objects through."""
    history = ledger.history(candidate.instance.id)
    if verdict.is_open:
        record = candidate.record
        is_change = history.effective is not None and history.effective.manifests != record.manifests
        before = ledger.bundle(history.effective) if history.effective and is_change else None
        return Step(candidate, verdict, history, Action.APPLY, record, candidate.bundle, before)
    if kept := history.effective or _unfinished(history, verdict):
        return Step(candidate, verdict, history, Action.HOLD, kept, ledger.bundle(kept))
    return Step(candidate, verdict, history, Action.WAIT, None, None)


def _unfinished(history: History, verdict: Verdict) -> Record | None:
    """Return a first release that was let through and did not finish: it may serve already, and stays unless refused."""
    return history.begun if verdict.state is State.WAITING else None


def _texts(steps: Sequence[Step], ledger: Ledger) -> Iterable[tuple[str, str]]:
    for one in steps:
        if one.bundle and one.record:
            yield one.record.manifests, one.bundle.text
        for record in (one.last, one.previous):
            if record:
                yield record.manifests, ledger.texts[record.manifests]


def _too_many(steps: Sequence[Step], ledger: Ledger, allowed: int) -> Iterable[Problem]:
    """Yield the problem of a plan that takes more objects away than one update may, whatever else it adds."""
    planned = {one.candidate.instance.id: one for one in steps}
    there: dict[tuple[str, ...], str] = {}
    stay: set[tuple[str, ...]] = set()
    for name, history in ledger.histories.items():
        step, record = planned.get(name), history.effective
        if record and not (step and step.record == record):
            before = ledger.bundle(record)
            there |= {(before.runtime, *objects.place(one)): str(objects.key(one)) for one in before.objects}
    for step in steps:
        if step.bundle and step.record != step.last:
            stay |= {(step.bundle.runtime, *objects.place(one)) for one in step.bundle.objects}
    gone = sorted(name for place, name in there.items() if place not in stay)
    if len(gone) > allowed:
        what = f"this update would delete {len(gone)} objects, and {allowed} are allowed: {', '.join(gone[:5])}"
        fix = "if all of them are to go, raise `pvn:maxDeletions` in the stack file for this one change"
        yield Problem(Spot("applications/"), f"{what}{', …' if len(gone) > 5 else ''}", fix)


def _vanished(
    candidates: Sequence[Candidate], ledger: Ledger, removed: Tombstones, moved: Mapping[str, Home]
) -> Iterable[Problem]:
    wanted = {candidate.instance.id for candidate in candidates}
    elsewhere = {(one.instance.application, one.instance.service) for one in candidates}
    for name, history in sorted(ledger.histories.items()):
        application, channel, service = name.split("/")
        if name in wanted or removed.cover(application, channel, service) or not (history.known or history.is_interrupted):
            continue
        if home := moved.get(name):
            yield _moved(name, home)
            continue
        what = f"service {service!r} of {application!r} runs in {channel!r}, but the tree no longer has it there"
        fix = f"bring its files back, or let it go for good: `removed: [{service}]` in releases/{application}.yaml"
        if (application, service) in elsewhere:
            # a tombstone is for a whole service: the tree may not have one for a service that it has
            fix = (
                f"bring channel {channel!r} back, under this name and on a runtime of this stack, or let it go for good: "
                f"`removedChannels: [{channel}]` in releases/{application}.yaml"
            )
        yield Problem(Spot("applications/"), what, fix)


def _moved(name: str, home: Home) -> Problem:
    """Return the problem of an instance that runs here, while the tree has it in another stack."""
    application, channel, service = name.split("/")
    what = f"service {service!r} of {application!r} runs here in {channel!r}, which is for stack {home.stack!r} now"
    fix = (
        f"put {channel!r} back on a runtime of this stack; give the other one a channel of another name, and once that "
        f"serves, let this one go: take it out and write `removedChannels: [{channel}]` in releases/{application}.yaml"
    )
    return Problem(home.at, what, fix)


def _homeless(steps: Sequence[Step], runtimes: set[str]) -> Iterable[Problem]:
    for one in steps:
        if one.bundle and one.bundle.runtime not in runtimes:
            yield Problem(
                one.candidate.instance.at,
                f"{one.candidate.instance.id} is held on runtime {one.bundle.runtime!r}, which the stack no longer has",
                f"keep {one.bundle.runtime!r} in the stack file until its gates open and it has moved",
            )


def _contested(steps: Sequence[Step]) -> Iterable[Problem]:
    """Yield the objects that a held instance keeps and another instance has by now: one object cannot be applied twice."""
    held = {
        (one.bundle.runtime, objects.place(found)): one
        for one in steps
        if one.bundle and one.action is Action.HOLD
        for found in one.bundle.objects
    }
    if not held:
        return
    for one in steps:
        for found in one.bundle.objects if one.bundle else ():
            assert one.bundle is not None
            keeper = held.get((one.bundle.runtime, objects.place(found)), one)
            if keeper is not one:
                name, other = keeper.candidate.instance.id, one.candidate.instance.id
                yield Problem(
                    one.candidate.instance.at,
                    f"{objects.key(found)} moves from {name} to {other}, but {name} is held with it",
                    f"let {name} move first (pvn status says what it waits for), or leave the object where it is until then",
                )
