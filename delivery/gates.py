"""DECIDE whether an instance may move to a version now.

One pure function, used by the program, the policy pack, `pvn status` and `pvn why`: one truth. Three answers per gate.
Only OPEN lets anything through; a question that got no answer is WAITING, never OPEN. `now` comes with the evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import assert_never

from delivery import objects
from delivery.canonical import short
from delivery.facts import Approval, Evidence
from delivery.instances import ApprovalBy, NothingToAwait, ServiceInstance, StableIn
from delivery.records import History
from delivery.unknown import Unknown
from delivery.versions import Candidate

CLOCK_SKEW = timedelta(minutes=5)
"""How far into the future a signature may be dated: two laptops' clocks differ by seconds, not by more."""

LONGEST_APPROVAL = timedelta(days=7)
"""How long a signature counts, whatever its own statement says: the signer alone must not decide that."""


class State(Enum):
    """What a gate says."""

    OPEN = "open"
    WAITING = "waiting"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one gate says, on which fact, and what a person can do about it."""

    gate: str
    state: State
    fact: str
    next: str = ""
    """The exact next command, where the gate is not open."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all gates of an instance say together."""

    answers: tuple[Answer, ...]

    @property
    def state(self) -> State:
        """REFUSED where any gate refuses, else WAITING where any waits, else OPEN."""
        states = {answer.state for answer in self.answers}
        return next((state for state in (State.REFUSED, State.WAITING) if state in states), State.OPEN)

    @property
    def is_open(self) -> bool:
        """True where nothing stands in the way."""
        return self.state is State.OPEN

    @property
    def shut(self) -> tuple[Answer, ...]:
        """The gates that are not open."""
        return tuple(answer for answer in self.answers if answer.state is not State.OPEN)


def decide(candidate: Candidate, siblings: Mapping[str, Candidate], history: History, evidence: Evidence) -> Verdict:
    """Return what the gates of a candidate say.

    `siblings` are the same service's candidates by channel. Where the objects are what the last completed release already
    put there, there is nothing to promote and no gate is asked.
    """
    effective = history.effective
    if effective and effective.manifests == candidate.bundle.digest:
        return Verdict((Answer("no change", State.OPEN, "the objects are those of the last completed release"),))
    return Verdict(tuple(_answers(candidate, siblings, evidence)))


def _answers(candidate: Candidate, siblings: Mapping[str, Candidate], evidence: Evidence) -> Iterator[Answer]:
    for precondition in candidate.instance.preconditions:
        match precondition:
            case StableIn(channel=channel):
                yield _stable(channel, siblings.get(channel), evidence)
            case NothingToAwait(selector=selector):
                fact = "no other channel matches, and allowEmpty says that none has to"
                yield Answer(f"releaseChannelStable {selector}", State.OPEN, fact)
            case ApprovalBy():
                yield _approved(candidate, precondition, evidence)
            case _:
                assert_never(precondition)


def _stable(channel: str, upstream: Candidate | None, evidence: Evidence) -> Answer:
    gate = f"releaseChannelStable {channel}"
    if upstream is None:
        return Answer(gate, State.WAITING, f"the service has no instance in {channel!r}", "pvn check")
    stack, runtime = upstream.instance.stack, upstream.instance.runtime.name
    update = f"pulumi up -s {stack}"
    ledger = evidence.ledgers.get(stack, Unknown(f"nobody asked stack {stack!r}", update))
    if isinstance(ledger, Unknown):
        return Answer(gate, State.WAITING, ledger.why, ledger.next)
    if (fact := _unreleased(upstream, ledger.history(upstream.instance.id))) is not None:
        return Answer(gate, State.WAITING, fact, update)
    live = evidence.live.get(runtime, Unknown(f"nobody asked runtime {runtime!r}", update))
    if isinstance(live, Unknown):
        return Answer(gate, State.WAITING, live.why, live.next)
    if not upstream.bundle.objects:
        return Answer(gate, State.WAITING, f"nothing of it runs in {channel!r}, so nothing is proven there", "pvn render")
    inspect = f"kubectl get all --namespace {upstream.instance.namespace}"
    for key in objects.keys(upstream.bundle.objects):
        found = live.get(key)
        if found is None:
            return Answer(gate, State.WAITING, f"{key} does not exist in {channel!r}", update)
        if found.version != upstream.version:
            fact = f"{key} in {channel!r} is at version {short(found.version or 'unknown')}, not {short(upstream.version)}"
            return Answer(gate, State.WAITING, fact, update)
        if found.ailment is not None:
            return Answer(gate, State.WAITING, f"{key} in {channel!r} is not healthy: {found.ailment}", inspect)
    return Answer(gate, State.OPEN, f"version {short(upstream.version)} is live and healthy in {channel!r}")


def _unreleased(upstream: Candidate, history: History) -> str | None:
    """Return why the upstream instance has not completed exactly this release, or None where it has."""
    channel, wanted = upstream.instance.channel, upstream.version
    if history.is_interrupted:
        return f"the last update of {channel!r} did not complete"
    if history.current is None:
        return f"nothing was released to {channel!r} yet"
    if history.current.version != wanted:
        return f"{channel!r} has version {short(history.current.version)}, this is {short(wanted)}"
    if history.current.manifests != upstream.bundle.digest:
        return f"{channel!r} has version {short(wanted)}, but not with its present constants and settings"
    return None


def _approved(candidate: Candidate, gate: ApprovalBy, evidence: Evidence) -> Answer:
    instance = candidate.instance
    name = "manualApproval" if gate.topic == "manual" else f"sharedManualApproval {gate.topic}"
    command = f"pvn approve {instance.application} --channel {instance.channel} --service {instance.service}"
    about = [a for a in evidence.approvals if _concerns(a, instance, gate.topic)]
    fitting = [a for a in about if a.services.get(instance.service) == (candidate.version, candidate.bundle.digest)]
    valid = [a for a in fitting if a.signed <= evidence.now + CLOCK_SKEW and evidence.now < _expires(a)]
    # a no is about the version, whatever becomes of constants and clocks: only taking the file away takes it back
    if rejected := next((a for a in about if a.is_rejection and a.services[instance.service][0] == candidate.version), None):
        return Answer(name, State.REFUSED, f"{rejected.signer} rejected this version ({rejected.file})", "pvn release")
    people = _people(valid)
    if len(people) >= gate.approvers:
        return Answer(name, State.OPEN, f"approved by {', '.join(people)}")
    fact = f"{len(people)} of {gate.approvers} approvals of version {short(candidate.version)}"
    if reasons := tuple(_reasons(about, fitting, valid, instance, evidence)):
        fact += f" ({'; '.join(reasons)})"
    return Answer(name, State.WAITING, fact, command)


def _expires(approval: Approval) -> datetime:
    return min(approval.expires, approval.signed + LONGEST_APPROVAL)


def _concerns(approval: Approval, instance: ServiceInstance, topic: str) -> bool:
    names = (approval.application, approval.channel, approval.topic)
    return names == (instance.application, instance.channel, topic) and instance.service in approval.services


def _people(approvals: list[Approval]) -> tuple[str, ...]:
    """Return the distinct people, sorted: a person with two keys counts once, a key shared by two names counts once."""
    by_key = {approval.key: approval.signer for approval in sorted(approvals, key=lambda a: a.signer, reverse=True)}
    return tuple(sorted(set(by_key.values())))


def _reasons(
    about: list[Approval], fitting: list[Approval], valid: list[Approval], instance: ServiceInstance, evidence: Evidence
) -> Iterator[str]:
    """Yield why approvals that are there do not count: what a person would otherwise wonder about."""
    for approval in about:
        if approval not in fitting:
            version, _ = approval.services[instance.service]
            yield f"{approval.file} is for version {short(version)} or other objects"
        elif approval not in valid:
            is_early = evidence.now < _expires(approval)
            yield (
                f"{approval.file} is dated in the future" if is_early else f"{approval.file} expired {_expires(approval):%F}"
            )
    for bad in evidence.bad_approvals:
        if (bad.application, bad.channel) in {(instance.application, instance.channel), ("", "")}:
            yield f"{bad.file}: {bad.why}"
