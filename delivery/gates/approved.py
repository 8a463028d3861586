"""The gates `manualApproval` and `sharedManualApproval`: enough distinct people signed for exactly this."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from delivery.bundles import first_difference
from delivery.canonical import short
from delivery.facts import Approval, Evidence
from delivery.gates.verdict import Answer, State
from delivery.instances import ApprovalBy, ServiceInstance
from delivery.unknown import Unknown
from delivery.versions import Candidate

CLOCK_SKEW = timedelta(minutes=5)
"""How far into the future a signature may be dated: two laptops' clocks differ by seconds, not by more."""

LONGEST_APPROVAL = timedelta(days=7)
"""How long a signature counts unless the stack says less, whatever its statement says: the signer alone must not decide."""


def approved(candidate: Candidate, gate: ApprovalBy, evidence: Evidence) -> Answer:
    """Return whether enough people said yes to this version of these objects, and nobody said no to the version."""
    instance = candidate.instance
    name = "manualApproval" if gate.topic == "manual" else f"sharedManualApproval {gate.topic}"
    command = f"pvn approve {instance.application} --channel {instance.channel} --service {instance.service}"
    about = [one for one in evidence.approvals if _concerns(one, instance, gate.topic)]
    # a no is about the version, whatever becomes of constants and clocks: only taking the file away takes it back
    if rejected := next((a for a in about if a.is_rejection and a.services[instance.service][0] == candidate.version), None):
        return Answer(name, State.REFUSED, f"{rejected.signer} rejected this version ({rejected.file})", "pvn release")
    author = _author(instance, evidence)
    if isinstance(author, Unknown):
        return Answer(name, State.WAITING, author.why, author.next)
    told = [(one, _objection(one, candidate, author, evidence.now)) for one in about if not one.is_rejection]
    people = _people([one for one, objection in told if objection is None])
    if len(people) >= gate.approvers:
        return Answer(name, State.OPEN, f"approved by {', '.join(people)}")
    fact = f"{len(people)} of {gate.approvers} approvals of version {short(candidate.version)}"
    reasons = [f"{one.file} {objection}" for one, objection in told if objection] + list(_bad(instance, evidence))
    return Answer(name, State.WAITING, f"{fact} ({'; '.join(reasons)})" if reasons else fact, command)


def _concerns(approval: Approval, instance: ServiceInstance, topic: str) -> bool:
    names = (approval.application, approval.channel, approval.topic)
    return names == (instance.application, instance.channel, topic) and instance.service in approval.services


def _author(instance: ServiceInstance, evidence: Evidence) -> str | Unknown | None:
    """Return who may not approve because the change is theirs; None where nobody is excluded."""
    if not instance.approvals.excludes_author:
        return None
    return evidence.authors.get(instance.application, Unknown("nobody asked who wrote the release", "git log"))


def _objection(approval: Approval, candidate: Candidate, author: str | None, now: datetime) -> str | None:
    """Return why an approval does not count: what a person would otherwise wonder about."""
    version, manifests = approval.services[candidate.instance.service]
    if manifests != candidate.bundle.digest:
        return f"is for {_other(approval, candidate, version)}"
    if version != candidate.version:
        return f"is for version {short(version)} of the same objects: a value or a file of another channel changed since"
    expires = min(approval.expires, approval.signed + min(candidate.instance.approvals.longest, LONGEST_APPROVAL))
    if approval.signed > now + CLOCK_SKEW:
        return "is dated in the future"
    if now >= expires:
        return f"expired {expires:%F}"
    if author is not None and approval.signer.casefold() == author.casefold():
        return f"is by {author}, who wrote the change and may not approve it"
    return None


def _other(approval: Approval, candidate: Candidate, version: str) -> str:
    """Return which objects an approval is for, with the first place where they differ from what would be applied."""
    about = f"version {short(version)}" if version != candidate.version else "other objects of this version"
    kept = approval.texts.get(candidate.instance.service)
    first = first_difference(kept, candidate.bundle.text) if kept else None
    return f"{about}; changed since: {first}" if first else f"{about}, and they are not the same"


def _people(approvals: Sequence[Approval]) -> tuple[str, ...]:
    """Return the distinct people, sorted: a person with two keys counts once, a key shared by two names counts once."""
    by_key = {approval.key: approval.signer for approval in sorted(approvals, key=lambda a: a.signer, reverse=True)}
    return tuple(sorted(set(by_key.values())))


def _bad(instance: ServiceInstance, evidence: Evidence) -> Iterator[str]:
    for bad in evidence.bad_approvals:
        if (bad.application, bad.channel) in {(instance.application, instance.channel), ("", "")}:
            yield f"{bad.file}: {bad.why}"
