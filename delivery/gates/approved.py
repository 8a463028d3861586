"""The gates `manualApproval` and `sharedManualApproval`: enough distinct people signed for exactly this."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from delivery.approvals import MANUAL, STACK, Statement
from delivery.bundles import first_difference
from delivery.canonical import short
from delivery.facts import Approval, Evidence, Misfit
from delivery.gates.verdict import Answer, State
from delivery.instances import ApprovalBy, Approvals
from delivery.unknown import Unknown
from delivery.versions import Candidate

CLOCK_SKEW = timedelta(minutes=5)
"""How far into the future a signature may be dated: two laptops' clocks differ by seconds, not by more."""

LONGEST_APPROVAL = timedelta(days=7)
"""How long a signature counts unless the stack says less, whatever its statement says: the signer alone must not decide."""


class Subject(Struct, frozen=True):
    """What people are asked to sign for, under the names by which their statements know it."""

    application: str
    channel: str
    name: str
    """The service; for a stack's own infrastructure, the runtime or registry."""
    version: str
    digest: str
    """The digest of the text: if it changes, nobody has approved it."""
    text: str
    how: Approvals
    command: str
    """What makes an approval."""
    instead: str
    """What a person does where it was rejected."""
    noun: str = "version"
    this: str = "this version"


def approved(candidate: Candidate, gate: ApprovalBy, evidence: Evidence) -> tuple[Answer, ...]:
    """Return whether enough people said yes to this version of these objects, and nobody said no to the version."""
    instance = candidate.instance
    subject = Subject(
        application=instance.application,
        channel=instance.channel,
        name=instance.service,
        version=candidate.version,
        digest=candidate.bundle.digest,
        text=candidate.bundle.text,
        how=instance.approvals,
        command=f"pvn approve {instance.application} --channel {instance.channel} --service {instance.service}",
        instead=f"pvn release {instance.application} --service {instance.service} --param …",
    )
    return signed_for(subject, gate.topic, gate.approvers, evidence)


def signed_for(subject: Subject, topic: str, approvers: int, evidence: Evidence) -> tuple[Answer, ...]:
    """Return whether that many people said yes to exactly this, and nobody said no to its version.

    Where they did not, a file that proves nothing comes first, in an answer of its own: it may be the one that was meant.
    """
    gate = "manualApproval" if topic == MANUAL else f"sharedManualApproval {topic}"
    about = [one for one in evidence.approvals if _concerns(one, subject, topic)]
    # a no is about the version, whatever becomes of constants and clocks: only taking the file away takes it back
    if rejected := next((a for a in about if a.is_rejection and a.services[subject.name][0] == subject.version), None):
        fact = f"{rejected.signer} rejected {subject.this} ({rejected.file})"
        mend = f"{subject.instead}, or take the no back: git rm {rejected.file}"
        return (Answer(gate, State.REFUSED, fact, mend),)
    author = _author(subject, evidence)
    if isinstance(author, Unknown):
        return (Answer(gate, State.WAITING, author.why, author.next),)
    given = [(one, _objection(one, subject, author, evidence.now)) for one in about if not one.is_rejection]
    people = _people([one for one, objection in given if objection is None])
    if people and len(people) >= approvers:
        return (Answer(gate, State.OPEN, f"approved by {', '.join(people)}"),)
    fact = f"{len(people)} of {approvers} approvals of {subject.noun} {short(subject.version)}"
    passed = [one for one in evidence.misfits if _concerns(one, subject, topic) and not one.is_rejection]
    misfits = [(one, _objection(one, subject, author, evidence.now)) for one in passed]
    reason = _newest([*given, *misfits])
    waits = Answer(gate, State.WAITING, f"{fact} ({reason})" if reason else fact, subject.command)
    return (*_bad(gate, subject, evidence), waits)


def rejections(
    application: str, channel: str, versions: Mapping[str, str], given: Iterable[Approval]
) -> tuple[Approval, ...]:
    """Return the noes to any of these versions, by the name of their service: each outweighs every yes."""
    about = (one for one in given if one.is_rejection and (one.application, one.channel) == (application, channel))
    return tuple(one for one in about if any(one.services.get(name, ("", ""))[0] == v for name, v in versions.items()))


def counting(candidates: Iterable[Candidate], now: datetime) -> Callable[[Statement], bool]:
    """Return which statements may count for any of these candidates, or for a stack's own clusters, whoever signed them.

    A no counts for its version, for ever. A yes counts for exactly these objects, and ends by its own word at the latest.
    What may not count needs no verification.
    """
    wanted = {(one.instance.application, one.instance.channel, one.instance.service): one.record for one in candidates}

    def may_count(said: Statement) -> bool:
        if is_over(said, now):
            return False
        if said.application == STACK:
            return True
        records = ((wanted.get((said.application, said.channel, name)), what) for name, what in said.services.items())
        fitting = [(record, digest) for record, (version, digest) in records if record and record.version == version]
        return any(said.is_rejection or record.manifests == digest for record, digest in fitting)

    return may_count


def is_over(said: Statement, now: datetime) -> bool:
    """Return whether a statement counts no more, whatever its stack says. A no counts for ever."""
    return not said.is_rejection and now >= min(said.expires, said.signed + LONGEST_APPROVAL)


def end(approval: Approval | Misfit, how: Approvals) -> datetime:
    """Return from when on an approval counts no more: it says so itself, its stack does, or a week is over."""
    return min(approval.expires, approval.signed + min(how.longest, LONGEST_APPROVAL))


def _concerns(approval: Approval | Misfit, subject: Subject, topic: str) -> bool:
    names = (approval.application, approval.channel, approval.topic)
    return names == (subject.application, subject.channel, topic) and subject.name in approval.services


def _author(subject: Subject, evidence: Evidence) -> str | Unknown | None:
    """Return who may not approve because the change is theirs; None where nobody is excluded."""
    if not subject.how.excludes_author:
        return None
    return evidence.authors.get(subject.application, Unknown("nobody asked who wrote the release", "git log"))


def _objection(approval: Approval | Misfit, subject: Subject, author: str | None, now: datetime) -> str | None:
    """Return why an approval does not count: what a person would otherwise wonder about."""
    version, digest = approval.services[subject.name]
    if digest != subject.digest:
        return f"is for {_other(approval, subject, version)}"
    if version != subject.version:
        return f"is for version {short(version)} of the same objects: a value or a file of another channel changed since"
    expires = end(approval, subject.how)
    if approval.signed > now + CLOCK_SKEW:
        return "is dated in the future"
    if now >= expires:
        return f"expired {expires:%F %H:%M:%S} UTC"
    if author is not None and isinstance(approval, Approval) and approval.signer.casefold() == author.casefold():
        return f"is by {author}, who wrote the change and may not approve it"
    return None


def _other(approval: Approval | Misfit, subject: Subject, version: str) -> str:
    """Return which objects an approval is for, with the first place where they differ from what would be applied."""
    about = f"{subject.noun} {short(version)}" if version != subject.version else "other objects of this version"
    kept = approval.texts.get(subject.name)
    first = first_difference(kept, subject.text) if kept else None
    return f"{about}; changed since: {first}" if first else f"{about}, and they are not the same"


def _people(approvals: Sequence[Approval]) -> tuple[str, ...]:
    """Return the distinct people, sorted: a person with two keys counts once, a key shared by two names counts once."""
    by_key = {approval.key: approval.signer for approval in sorted(approvals, key=lambda a: a.signer, reverse=True)}
    return tuple(sorted(set(by_key.values())))


def _newest(told: Iterable[tuple[Approval | Misfit, str | None]]) -> str:
    """Return why the newest approval does not count, and how many older ones do not either: old ones pile up."""
    found = [(one.signed, f"{one.file} {objection}") for one, objection in told if objection]
    more = f", and {len(found) - 1} older" if len(found) > 1 else ""
    return f"{max(found)[1]}{more}" if found else ""


def _bad(gate: str, subject: Subject, evidence: Evidence) -> Iterator[Answer]:
    """Yield the last file that proves nothing, and how many more there are."""
    places = {(subject.application, subject.channel), ("", "")}
    if found := [bad for bad in evidence.bad_approvals if (bad.application, bad.channel) in places]:
        # their names begin with the moment of signing
        last = max(found, key=lambda bad: bad.file)
        more = f", and so do {len(found) - 1} more" if len(found) > 1 else ""
        # one that can be read may be mended by whoever says whose word counts; of another nobody can tell what it was for
        mend = subject.command if last.application else f"rm {last.file}"
        yield Answer(gate, State.WAITING, f"{last.file} proves nothing{more}: {last.why}", mend)
