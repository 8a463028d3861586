"""Whatever goes wrong with the evidence, production stays shut. Each fault alone, everything else as it should be."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.drift import UNCOMPARED
from delivery.facts import Evidence, LiveObject
from delivery.gates import decide
from delivery.instances import AlwaysPassing, Check, Stage
from delivery.problems import WorldFailed
from delivery.records import UNKNOWN, History, Ledger, read
from delivery.structs import replace
from delivery.unknown import Absent, Unknown
from evidence import gather
from tests.unit.made import APPROVED, HERE, NOW, STABLE, approval, candidate, evidence, history, ledger, live, record

BAKE = Check("bake", Stage.POST_DEPLOYMENT, AlwaysPassing(), HERE, 60.0)
STAGING = candidate("staging", checks=(BAKE,))
PRODUCTION = candidate("production", gates=(STABLE, APPROVED))
LONG_AGO = NOW - timedelta(hours=1)
BOTH = (*STAGING.bundle.objects, *candidate("staging", service="b").bundle.objects)
TWO = replace(STAGING, bundle=replace(STAGING.bundle, objects=BOTH))
TEXTS = {STAGING.bundle.digest: STAGING.bundle.text}


def proof(**more: Any) -> Evidence:
    return evidence(STAGING, approval(PRODUCTION), **{"found": live(STAGING, settled=LONG_AGO), **more})


def is_open(found: Evidence, upstream=STAGING) -> bool:
    return decide(PRODUCTION, {"staging": upstream, "production": PRODUCTION}, History(), found).is_open


def half(found):
    return dict(list(found.items())[:1])


FAULTS: dict[str, Evidence] = {
    "the API is down": proof(found=Unknown("runtime 'k-staging' does not answer", "…")),
    "the API says 401": proof(found=Unknown("runtime 'k-staging' answered 401 to /apis/apps/v1", "…")),
    "the API says 403": proof(found=Unknown("runtime 'k-staging' answered 403 to /api/v1/pods", "…")),
    "the API takes too long": proof(found=Unknown("runtime 'k-staging' does not answer: ReadTimeout", "…")),
    "an empty list": proof(found={}),
    "another version": proof(found=live(STAGING, settled=LONG_AGO, version="v0")),
    "no version": proof(found=live(STAGING, settled=LONG_AGO, version=None)),
    "an ailment": proof(found=live(STAGING, settled=LONG_AGO, ailment="0 of 1 pods are ready")),
    "no timestamp": proof(found=live(STAGING)),
    "a timestamp in the future": proof(found=live(STAGING, settled=NOW + timedelta(days=1))),
    "a clock that runs behind": proof(now=NOW - timedelta(days=2)),
    "a clock that runs ahead": proof(now=NOW + timedelta(days=30)),
    "a restart just now": proof(found=live(STAGING, settled=LONG_AGO, restarted=NOW - timedelta(seconds=5))),
    "too short a time": proof(found=live(STAGING, settled=NOW - timedelta(seconds=59))),
    "no outputs": proof(remembers=Unknown("the state of stack 'staging' cannot be read", "…")),
    "no stack": proof(remembers=Absent("stack 'staging' does not exist yet", "…")),
    "nothing remembered": proof(remembers=Ledger()),
    "an unfinished update": proof(remembers=Ledger({"shop/staging/web": history(STAGING, STAGING, interrupted=True)})),
    "an older release": proof(remembers=ledger(staging=(candidate("staging", version="v0"),))),
    "other objects": proof(remembers=ledger(staging=(candidate("staging", image="other"),))),
    "a cluster that nobody asked": replace(proof(), live={}),
    "a stack that nobody asked": replace(proof(), ledgers={}),
    "no approval": replace(proof(), approvals=()),
}


def test_with_nothing_wrong_it_is_open():
    assert is_open(proof())


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_ends_shut(fault):
    assert not is_open(FAULTS[fault])


def test_half_a_list_ends_shut():
    whole = live(TWO, settled=LONG_AGO)
    known = {"remembers": ledger(staging=(TWO,))}
    assert is_open(proof(found=whole, **known), upstream=TWO)
    assert not is_open(proof(found=half(whole), **known), upstream=TWO)


GOOD = {"current": record(STAGING).text, "last": None, "previous": None, "tried": record(STAGING).text}


@pytest.mark.parametrize(
    ("releases", "texts"),
    [
        ({"shop/staging/web": {**GOOD, "current": UNKNOWN}}, {}),
        ({"shop/staging/web": {**GOOD, "current": None}}, {}),
        ({"shop/staging/web": GOOD}, {}),
        ({"shop/staging/web": GOOD}, {STAGING.bundle.digest: f"{STAGING.bundle.text} "}),
        ({"shop/staging/web": {**GOOD, "surprise": 1}}, TEXTS),
        ({"shop/staging/web": "yes"}, TEXTS),
        ({"web": GOOD}, TEXTS),
        (UNKNOWN, UNKNOWN),
        (None, {}),
        ([], {}),
        ({}, {}),
    ],
    ids=[
        "unknown",
        "null",
        "no text",
        "another text",
        "a stranger",
        "no record",
        "no name",
        "lost",
        "half",
        "a list",
        "none",
    ],
)
def test_a_record_that_is_not_whole_ends_shut(releases, texts):
    outputs = {"releases": releases, "manifests": texts}
    found = gather.ledger("staging", outputs)
    assert not is_open(proof(remembers=found))
    assert is_open(
        proof(
            remembers=gather.ledger(
                "staging",
                {"releases": {"shop/staging/web": GOOD}, "manifests": {STAGING.bundle.digest: STAGING.bundle.text}},
            )
        )
    )


def test_damaged_memory_of_ones_own_stops_the_run():
    with pytest.raises(WorldFailed):
        read("production", {"shop/production/web": GOOD}, {})


objects_seen = st.builds(
    LiveObject,
    version=st.sampled_from(["v1", "v0", None]),
    ailment=st.sampled_from([None, None, "0 of 1 pods are ready"]),
    manifests=st.sampled_from([TWO.bundle.digest, TWO.bundle.digest, "sha256:another", None]),
    drift=st.sampled_from([None, None, UNCOMPARED]),
    settled=st.one_of(st.none(), st.integers(-600, 7200).map(lambda ago: NOW - timedelta(seconds=ago))),
    restarted=st.one_of(st.none(), st.integers(-600, 7200).map(lambda ago: NOW - timedelta(seconds=ago))),
)


@given(st.lists(objects_seen, min_size=2, max_size=2), st.booleans(), st.booleans())
def test_it_opens_only_if_every_single_fact_is_good(seen, is_signed, is_known):
    keys = list(live(TWO))
    found = replace(
        proof(found=dict(zip(keys, seen, strict=True)), remembers=ledger(staging=(TWO,)) if is_known else Ledger()),
        approvals=(approval(PRODUCTION),) if is_signed else (),
    )

    def good(one):
        is_ours = one.version == "v1" and one.manifests == TWO.bundle.digest and one.drift is None
        is_well = is_ours and one.ailment is None
        is_quiet = one.restarted is None or NOW - one.restarted >= timedelta(minutes=10)
        return is_well and is_quiet and one.settled is not None and NOW - one.settled >= timedelta(seconds=60)

    assert is_open(found, upstream=TWO) == (is_signed and is_known and all(map(good, seen)))


@given(st.lists(objects_seen, min_size=2, max_size=2), objects_seen)
def test_one_worse_fact_never_opens_what_was_shut(seen, other):
    """Monotone in evidence: taking one object's good facts away can only shut the gate, and others change nothing."""
    keys = list(live(TWO))

    def said(found):
        return is_open(proof(found=found, remembers=ledger(staging=(TWO,))), upstream=TWO)

    before = dict(zip(keys, seen, strict=True))
    assert not said({**before, keys[0]: replace(seen[0], ailment="it is ill")})
    assert not said({keys[0]: seen[0]})
    assert said({**before, replace(keys[0], name="another"): other}) == said(before)
