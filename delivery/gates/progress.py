"""The gate that a failed release meets: it does not try for ever, and goes back to what ran before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from delivery import objects
from delivery.canonical import short
from delivery.facts import Evidence, LiveObject
from delivery.gates.verdict import PROGRESS, Answer, State
from delivery.records import History
from delivery.unknown import Unknown
from delivery.versions import Candidate

DEADLINE = timedelta(minutes=10)
"""How long a rollout may take where its service does not say: Kubernetes' own default."""


def progress(candidate: Candidate, history: History, evidence: Evidence) -> Iterator[Answer]:
    """Yield a refusal where this very release was tried and failed, and there is a completed one to go back to.

    Nothing is yielded for an update that was cut short or met a cluster that was down: the next one goes on with it. A
    release has failed when its cluster says so, or when it is still not healthy after its progress deadline.
    """
    instance, wanted = candidate.instance, candidate.record
    if history.effective in (None, wanted) or not instance.rolls_back:
        return
    back = f"it goes back to {short(history.effective.version)}" if history.effective else ""
    command = way_out(candidate)
    if is_given_up(candidate, history):
        yield Answer(PROGRESS, State.REFUSED, f"version {short(wanted.version)} was tried here and failed; {back}", command)
    elif history.begun == wanted and (why := _failure(candidate, evidence)) is not None:
        yield Answer(PROGRESS, State.REFUSED, f"version {short(wanted.version)} failed: {why}; {back}", command)


def is_given_up(candidate: Candidate, history: History) -> bool:
    """Return whether exactly this release was tried, failed and gave way to the one before it: no update tries it again."""
    is_other = history.effective not in (None, candidate.record)
    return candidate.instance.rolls_back and is_other and history.failed == candidate.record


def way_out(candidate: Candidate) -> str:
    """Return the exact commands: one brings something else, the other says that the world was at fault."""
    instance = candidate.instance
    return f"pvn release {instance.application} --service {instance.service} --param …, or the same again: --retry"


def _failure(candidate: Candidate, evidence: Evidence) -> str | None:
    """Return why the tried release has failed for good, None where it has not or nobody can tell."""
    live = evidence.live.get(candidate.instance.runtime.name)
    if live is None or isinstance(live, Unknown):
        return None
    seconds = candidate.instance.progress_deadline
    deadline = DEADLINE if seconds is None else timedelta(seconds=seconds)
    for key in objects.keys(candidate.bundle.objects):
        found = live.get(key)
        if found and found.manifests == candidate.bundle.digest and _is_lost(found, deadline, evidence.now):
            return f"{key}: {found.ailment}"
    return None


def _is_lost(found: LiveObject, deadline: timedelta, now: datetime) -> bool:
    if found.ailment is None:
        return False
    return found.has_failed or (found.applied is not None and now - found.applied >= deadline)
