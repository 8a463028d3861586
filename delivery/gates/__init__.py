"""DECIDE whether an instance may move to a version now.

One pure function, used by the program, the policy pack, `pvn status` and `pvn why`: one truth. Three answers per gate.
Only OPEN lets anything through; a question that got no answer is WAITING, never OPEN. `now` comes with the evidence.

One module a kind of gate: `stable`, `approved`, `protected`, `pinned`, `progress`; `guarded` for a stack's own clusters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

from delivery import rollbacks
from delivery.facts import Evidence
from delivery.gates.approved import CLOCK_SKEW, LONGEST_APPROVAL, approved, counting, end, is_over, rejections
from delivery.gates.guarded import Alteration, guarded
from delivery.gates.pinned import pinned
from delivery.gates.progress import progress
from delivery.gates.protected import protected
from delivery.gates.stable import stable
from delivery.gates.verdict import Answer, State, Verdict
from delivery.instances import ApprovalBy, NothingToAwait, StableIn, Stage
from delivery.records import History
from delivery.versions import Candidate

__all__ = [
    "CLOCK_SKEW",
    "LONGEST_APPROVAL",
    "Alteration",
    "Answer",
    "State",
    "Verdict",
    "counting",
    "decide",
    "end",
    "guarded",
    "is_over",
    "is_there",
    "pinned",
    "rejections",
]


def decide(candidate: Candidate, siblings: Mapping[str, Candidate], history: History, evidence: Evidence) -> Verdict:
    """Return what the gates of a candidate say.

    `siblings` are the same service's candidates by channel. Where the objects are what the last completed release already
    put there, there is nothing to promote and no gate is asked. A rollback is asked only what its application says that
    even a rollback may not bypass.
    """
    held = tuple(_rolled_back(candidate))
    if is_there(candidate, history):
        same = Answer("no change", State.OPEN, "the objects are those of the last completed release")
        return Verdict((*held, same), tuple(_frozen(candidate, evidence)))
    if candidate.is_rollback:
        return Verdict((*held, *_answers(candidate, siblings, evidence)))
    return Verdict((*progress(candidate, history, evidence), *_answers(candidate, siblings, evidence)))


def is_there(candidate: Candidate, history: History) -> bool:
    """Return whether the objects are those of the last completed release: then no gate is asked."""
    return history.effective is not None and history.effective.manifests == candidate.bundle.digest


def _rolled_back(candidate: Candidate) -> Iterator[Answer]:
    """Yield that a candidate is a release that was completed here before, and how it stops to be."""
    if candidate.is_rollback:
        yield Answer("rollback", State.OPEN, rollbacks.fact(candidate.instance), rollbacks.lift(candidate.instance))


def _frozen(candidate: Candidate, evidence: Evidence) -> Iterator[Answer]:
    """Yield the protections that would hold a change, although there is none."""
    if not candidate.bypass.protections:
        for check in candidate.instance.checks:
            if check.stage is not Stage.POST_DEPLOYMENT:
                answer = protected(check, candidate.instance, evidence)
                if not answer.is_open:
                    yield answer


def _answers(candidate: Candidate, siblings: Mapping[str, Candidate], evidence: Evidence) -> Iterator[Answer]:
    instance, bypass = candidate.instance, candidate.bypass
    yield from pinned(candidate)  # whatever a rollback may bypass: a tag names no release of before
    for precondition in instance.preconditions:
        match precondition:
            case StableIn(channel=channel):
                if not bypass.ordering:
                    yield stable(candidate, channel, siblings.get(channel), evidence)
            case NothingToAwait(selector=selector):
                fact = "no other channel matches, and allowEmpty says that none has to"
                yield Answer(f"releaseChannelStable {selector}", State.OPEN, fact)
            case ApprovalBy():
                if not bypass.approvals:
                    yield from approved(candidate, precondition, evidence)
            case _:
                assert_never(precondition)
    if not bypass.protections:
        yield from (protected(one, instance, evidence) for one in instance.checks if one.stage is not Stage.POST_DEPLOYMENT)
