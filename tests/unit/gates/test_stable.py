"""Bake time and restarts, from the cluster's own timestamps; and the record of a stack whose cluster nobody may ask."""

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from delivery.drift import Drift
from delivery.facts import Attestation, Attested, LiveObject
from delivery.gates import CLOCK_SKEW, State, decide
from delivery.gates.stable import RESTART_WINDOW
from delivery.instances import AlwaysFailing, AlwaysPassing, Check, Stability, Stage
from delivery.records import History, Ledger
from delivery.structs import replace
from delivery.unknown import Unknown
from tests.unit.made import HERE, NOW, STABLE, candidate, evidence, history, ledger, live, record

MINUTE = timedelta(minutes=1)


def baking(seconds=600.0, does=None):
    return Check("bake", Stage.POST_DEPLOYMENT, does or AlwaysPassing(), HERE, seconds)


STAGING = candidate("staging", checks=(baking(),))
PLAIN = candidate("staging")
PRODUCTION = candidate("production", gates=(STABLE,))


def answer(found, of=PRODUCTION, upstream=STAGING):
    said = decide(of, {"staging": upstream, "production": of}, History(), found)
    return said.answers[0]


def since(ago, **more):
    return evidence(STAGING, found=live(STAGING, settled=NOW - ago, **more))


def test_a_channel_that_bakes_opens_when_its_time_is_over_and_says_when_that_is():
    waits = answer(since(9 * MINUTE))
    assert waits.state is State.WAITING
    assert waits.fact == "version v1 is healthy in 'staging' for 9 min 00 s of 10 min 00 s"
    assert waits.opens == NOW + MINUTE
    assert answer(since(10 * MINUTE)).is_open


def test_an_object_that_is_not_as_released_proves_nothing_and_what_mends_it_is_said():
    changed = Drift("spec.replicas was set to 0 by kubectl")
    waits = answer(evidence(PLAIN, found=live(PLAIN, drift=changed)), upstream=PLAIN)
    assert waits.state is State.WAITING
    assert waits.fact == "Deployment shop-staging/web in 'staging' is not as released: spec.replicas was set to 0 by kubectl"
    assert waits.next == "pulumi up -s staging --refresh"
    dropped = replace(changed, is_dropped=True)
    mend = answer(evidence(PLAIN, found=live(PLAIN, drift=dropped)), upstream=PLAIN).next
    assert mend == "mend the manifest if that is no field; else pulumi up -s staging --refresh"
    look = replace(changed, next="look")
    assert answer(evidence(PLAIN, found=live(PLAIN, drift=look)), upstream=PLAIN).next == "look"


def test_an_object_that_nobody_compared_or_that_is_of_another_release_proves_nothing():
    (key,) = live(PLAIN)
    uncompared = LiveObject("v1", None, PLAIN.bundle.digest)
    other = LiveObject("v1", None, "another", drift=None)
    for found, fact in ((uncompared, "nobody compared it"), (other, "is not of this release")):
        waits = answer(evidence(PLAIN, found={key: found}), upstream=PLAIN)
        assert waits.state is State.WAITING
        assert fact in waits.fact


def test_what_was_tried_failed_and_given_up_is_said_to_have_been_and_not_updated_again():
    old = candidate("staging", image="old", version="v0")
    gone_back = replace(history(old, old), failed=record(PLAIN))
    remembers = Ledger({PLAIN.instance.id: gone_back}, {old.bundle.digest: old.bundle.text})
    waits = answer(evidence(PLAIN, remembers=remembers), upstream=PLAIN)
    assert waits.fact == "'staging' tried version v1, it failed there and was given up"
    assert waits.next == "pvn release shop --service web --param …, or the same again: --retry"
    # where nothing goes back by itself, the next update does try it again
    stays = replace(PLAIN, instance=replace(PLAIN.instance, rolls_back=False))
    assert answer(evidence(stays, remembers=remembers), upstream=stays).next == "pulumi up -s staging"


def test_several_checks_bake_as_long_as_the_longest():
    longer = candidate("staging", checks=(baking(60), baking(1200)))
    found = evidence(longer, found=live(longer, settled=NOW - 15 * MINUTE))
    assert answer(found, upstream=longer).opens == NOW + 5 * MINUTE


def test_a_cluster_that_does_not_say_since_when_bakes_nothing():
    assert answer(evidence(STAGING)).fact == "the cluster does not say since when 'staging' is as it is"


def test_without_bake_time_nobody_asks_since_when():
    assert answer(evidence(PLAIN), upstream=PLAIN).is_open


def test_one_object_that_does_not_say_since_when_leaves_the_whole_open():
    more = replace(
        STAGING,
        bundle=replace(STAGING.bundle, objects=(*STAGING.bundle.objects, *candidate("staging", service="b").bundle.objects)),
    )
    found = {**live(more, settled=NOW - 60 * MINUTE)}
    found[next(iter(found))] = replace(found[next(iter(found))], settled=None)
    assert not answer(evidence(more, found=found), upstream=more).is_open


@pytest.mark.parametrize("ahead", [CLOCK_SKEW + timedelta(seconds=1), timedelta(days=400)])
def test_what_is_dated_in_the_future_is_never_stable(ahead):
    assert "dated in the future" in answer(since(-ahead)).fact
    restarted = evidence(PLAIN, found=live(PLAIN, restarted=NOW + ahead))
    assert not answer(restarted, upstream=PLAIN).is_open


def test_a_restart_keeps_a_channel_shut_until_it_cannot_be_a_crash_loop_any_more():
    def restarted(ago):
        return answer(evidence(PLAIN, found=live(PLAIN, restarted=NOW - ago)), upstream=PLAIN)

    assert "a container restarted at" in restarted(timedelta(seconds=1)).fact
    assert not restarted(RESTART_WINDOW - timedelta(seconds=1)).is_open
    assert restarted(RESTART_WINDOW).is_open


def test_a_check_behind_the_deployment_that_does_not_pass_keeps_the_channel_unstable():
    never = candidate("staging", checks=(baking(1, AlwaysFailing("not on my watch")),))
    found = evidence(never, found=live(never, settled=NOW - 60 * MINUTE))
    assert answer(found, upstream=never).fact == "protection bake in 'staging': not on my watch"


@given(settled=st.floats(-30, 60), later=st.floats(0, 60), is_ill=st.booleans())
@example(settled=10.0, later=0.0, is_ill=False)
def test_bake_time_only_grows_with_time_and_starts_again_with_whatever_is_unhealthy(settled, later, is_ill):
    """Monotone: what is open stays open as time goes by, unless the cluster says something new."""
    facts = live(STAGING, settled=NOW - settled * MINUTE)
    before = answer(evidence(STAGING, found=facts))
    after = answer(evidence(STAGING, found=facts, now=NOW + later * MINUTE))
    assert not before.is_open or after.is_open
    assert before.is_open == (settled >= 10)
    if is_ill:
        ill = live(STAGING, settled=NOW - settled * MINUTE, ailment="1 of 2 pods are ready")
        assert not answer(evidence(STAGING, found=ill, now=NOW + later * MINUTE)).is_open


RECORDED = replace(
    PRODUCTION, instance=replace(PRODUCTION.instance, stability=Stability(is_recorded=True, longest=timedelta(hours=1)))
)
GOOD = Attested("v1", STAGING.bundle.digest, NOW - 30 * MINUTE)


def recorded(at=NOW - 5 * MINUTE, **instances):
    said = instances or {"shop/staging/web": GOOD}
    found = said if isinstance(said, dict) else {}
    word = Attestation("staging-ci", at, {name.replace("__", "/"): one for name, one in found.items()})
    # its cluster cannot be reached: nothing is known of it live
    return evidence(STAGING, found=Unknown("not reachable from here", "…"), attested={"staging": word})


def test_a_signed_record_counts_where_the_cluster_may_not_be_asked():
    assert answer(recorded(), of=RECORDED).is_open
    assert not answer(recorded(), of=PRODUCTION).is_open


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (evidence(STAGING), "stack 'staging' exports no stability record"),
        (evidence(STAGING, attested={"staging": Unknown("the record does not count: forged", "…")}), "does not count"),
        (recorded(at=NOW - 61 * MINUTE), "is 1 h 01 min old, 1 h 00 min are allowed"),
        (recorded(at=NOW + 6 * MINUTE), "is dated in the future"),
        (recorded(shop__other__web=GOOD), "does not call shop/staging/web stable"),
        (recorded(**{"shop/staging/web": replace(GOOD, version="v0")}), "is about version v0"),
        (recorded(**{"shop/staging/web": replace(GOOD, manifests="sha256:0")}), "is about version v1"),
        (recorded(**{"shop/staging/web": replace(GOOD, settled=None)}), "does not say since when"),
        (recorded(**{"shop/staging/web": replace(GOOD, settled=NOW - 6 * MINUTE)}), "for 1 min 00 s of 10 min 00 s"),
    ],
)
def test_a_record_that_does_not_prove_it_keeps_the_gate_shut(found, said):
    told = answer(found, of=RECORDED)
    assert not told.is_open
    assert said in told.fact


def test_a_recorded_word_needs_the_completed_release_too():
    found = replace(recorded(), ledgers={"staging": ledger(staging=(None, STAGING))})
    assert not answer(found, of=RECORDED).is_open
