"""The gate `releaseChannelStable`: the same version is live and healthy in another channel, and has been for long enough."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from delivery import moments, objects, rollbacks
from delivery.canonical import short
from delivery.facts import Evidence, LiveObject
from delivery.gates.approved import CLOCK_SKEW
from delivery.gates.progress import is_given_up, way_out
from delivery.gates.protected import protected
from delivery.gates.verdict import Answer, State
from delivery.instances import Stability, Stage
from delivery.records import History
from delivery.unknown import Unknown
from delivery.versions import Candidate

RESTART_WINDOW = timedelta(minutes=10)
"""How long after a restart a container is not called stable. One that crashes is started again after five minutes at most,
and may look well until it crashes next."""

Window = tuple[datetime | None, datetime]
"""Since when everything was well (None where the cluster does not say), and until when that is known."""


def stable(candidate: Candidate, channel: str, upstream: Candidate | None, evidence: Evidence) -> Answer:
    """Return whether a candidate's version is stable now in another channel, where `upstream` is what is wanted of it.

    Bake time is what the checks `postDeployment` of that channel ask for. It counts from the newest moment at which anything
    of the instance changed, as its cluster has it: no server has to watch, and whatever is unhealthy starts it again.
    """
    gate = f"releaseChannelStable {channel}"
    if upstream is None:
        return Answer(gate, State.WAITING, f"the service has no instance in {channel!r}", "pvn check")
    if (pin := upstream.instance.rollback) and pin.version != candidate.version:
        fact = f"{channel!r} is {rollbacks.fact(upstream.instance)}; this is {short(candidate.version)}"
        return Answer(gate, State.WAITING, fact, rollbacks.lift(upstream.instance))
    if upstream.version != candidate.version:
        fact = f"{channel!r} is to have version {short(upstream.version)}, this is {short(candidate.version)}"
        return Answer(gate, State.WAITING, fact, "pvn status")
    how, update = candidate.instance.stability, f"pulumi up -s {upstream.instance.stack}"
    if (waits := _unreleased(upstream, evidence, update)) is not None:
        return Answer(gate, State.WAITING, waits.why, waits.next)
    if not upstream.bundle.objects:
        return Answer(gate, State.WAITING, f"nothing of it runs in {channel!r}, so nothing is proven there", "pvn render")
    seen = _recorded(upstream, how, evidence) if how.is_recorded else _live(upstream, evidence)
    if isinstance(seen, Unknown):
        return Answer(gate, State.WAITING, seen.why, seen.next)
    since, until = seen
    for check in upstream.instance.checks:
        if check.stage is Stage.POST_DEPLOYMENT and not (said := protected(check, upstream.instance, evidence)).is_open:
            return Answer(gate, said.state, f"{said.gate} in {channel!r}: {said.fact}", said.next, said.opens)
    return _baked(gate, upstream, since, until)


def well_since(candidate: Candidate, evidence: Evidence) -> Window | Unknown:
    """Return since when a candidate is released, live and healthy, and until when that is known; what is wrong otherwise."""
    update = f"pulumi up -s {candidate.instance.stack}"
    return _unreleased(candidate, evidence, update) or _live(candidate, evidence)


def _unreleased(upstream: Candidate, evidence: Evidence, update: str) -> Unknown | None:
    """Return why the upstream instance has not completed exactly this release, or None where it has."""
    stack = upstream.instance.stack
    ledger = evidence.ledgers.get(stack, Unknown(f"nobody asked stack {stack!r}", update))
    if isinstance(ledger, Unknown):
        return ledger
    history = ledger.history(upstream.instance.id)
    if is_given_up(upstream, history):
        what = f"{upstream.instance.channel!r} tried version {short(upstream.version)}, it failed there and was given up"
        return Unknown(what, way_out(upstream))
    fact = _incomplete(upstream, history)
    return None if fact is None else Unknown(fact, update)


def _incomplete(upstream: Candidate, history: History) -> str | None:
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


def _live(upstream: Candidate, evidence: Evidence) -> Window | Unknown:
    """Return since when every object is well, as its cluster says now; the first thing that is not."""
    update = f"pulumi up -s {upstream.instance.stack}"
    runtime, channel = upstream.instance.runtime.name, upstream.instance.channel
    live = evidence.live.get(runtime, Unknown(f"nobody asked runtime {runtime!r}", update))
    if isinstance(live, Unknown):
        return live
    inspect = f"kubectl get all --namespace {upstream.instance.namespace}"
    mend = f"{update} --refresh"
    settled = []
    for key in objects.keys(upstream.bundle.objects):
        found = live.get(key)
        if found is None:
            return Unknown(f"{key} does not exist in {channel!r}", mend)
        if found.version != upstream.version:
            what = f"{key} in {channel!r} is at version {short(found.version or 'unknown')}, not {short(upstream.version)}"
            return Unknown(what, mend)
        if found.manifests != upstream.bundle.digest:
            return Unknown(f"{key} in {channel!r} is not of this release: its {objects.MANIFESTS} is another", mend)
        if found.drift is not None:
            first = "mend the manifest if that is no field; else " if found.drift.is_dropped else ""
            fact = f"{key} in {channel!r} is not as released: {found.drift.fact}"
            return Unknown(fact, found.drift.next or f"{first}{mend}")
        if (ailment := next(_ailments(found, evidence.now), None)) is not None:
            return Unknown(f"{key} in {channel!r} is not healthy: {ailment}", inspect)
        settled.append(found.settled)
    return moments.newest(settled), evidence.now


def _ailments(found: LiveObject, now: datetime) -> Iterator[str]:
    if found.ailment is not None:
        yield found.ailment
    if found.restarted is not None and now - found.restarted < RESTART_WINDOW:
        window = RESTART_WINDOW.seconds // 60
        yield f"a container restarted at {found.restarted:%H:%M:%S} UTC, less than {window} minutes ago"
    if any(moment is not None and moment > now + CLOCK_SKEW for moment in (found.settled, found.restarted)):
        yield "it is dated in the future: the clocks of the cluster and of this machine differ"


def _recorded(upstream: Candidate, how: Stability, evidence: Evidence) -> Window | Unknown:
    """Return since when, by the word that the upstream stack signed, and when it did."""
    stack, instance = upstream.instance.stack, upstream.instance
    update = f"pulumi up -s {stack}"
    found = evidence.attested.get(stack, Unknown(f"stack {stack!r} exports no stability record", update))
    if isinstance(found, Unknown):
        return found
    if found.at > evidence.now + CLOCK_SKEW:
        return Unknown(f"the stability record of stack {stack!r} is dated in the future", update)
    if (age := evidence.now - found.at) > how.longest:
        return Unknown(
            f"the stability record of stack {stack!r} is {_said(age)} old, {_said(how.longest)} are allowed", update
        )
    own = found.instances.get(instance.id)
    if own is None:
        return Unknown(f"the stability record of stack {stack!r} does not call {instance.id} stable", update)
    if (own.version, own.manifests) != (upstream.version, upstream.bundle.digest):
        return Unknown(f"the stability record of stack {stack!r} is about version {short(own.version)} of it", update)
    return own.settled, found.at


def _baked(gate: str, upstream: Candidate, since: datetime | None, until: datetime) -> Answer:
    channel, version = upstream.instance.channel, short(upstream.version)
    bake = timedelta(seconds=max((one.bake for one in upstream.instance.checks), default=0.0))
    if not bake:
        return Answer(gate, State.OPEN, f"version {version} is live and healthy in {channel!r}")
    status = f"pvn why {upstream.instance.application}"
    if since is None:
        return Answer(gate, State.WAITING, f"the cluster does not say since when {channel!r} is as it is", status)
    if until - since < bake:
        fact = f"version {version} is healthy in {channel!r} for {_said(until - since)} of {_said(bake)}"
        return Answer(gate, State.WAITING, fact, status, since + bake)
    return Answer(gate, State.OPEN, f"version {version} is live and healthy in {channel!r} since {since:%F %H:%M:%S} UTC")


def _said(time: timedelta) -> str:
    """Return a time as people say it: `1 h 05 min`, `5 min 20 s`, `20 s`."""
    seconds = max(int(time.total_seconds()), 0)
    if seconds >= 3600:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02} min"
    return f"{seconds // 60} min {seconds % 60:02} s" if seconds >= 60 else f"{seconds} s"
