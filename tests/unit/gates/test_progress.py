"""A release that failed gives way to the one before it, and does not try again by itself."""

from datetime import timedelta

import pytest

from delivery.facts import Evidence
from delivery.gates import State, decide
from delivery.plan import Action, step
from delivery.records import UNKNOWN, History, Ledger, read
from delivery.structs import replace
from delivery.unknown import Unknown
from tests.unit.made import NOW, candidate, live, record

OLD = candidate("staging", image="old", version="v1")
NEW = candidate("staging", image="new", version="v2", progress_deadline=60.0)
BEGUN = History(None, record(OLD), None, is_interrupted=True, tried=record(NEW))
GIVEN_UP = History(record(OLD), record(OLD), None, failed=record(NEW))


TEXTS = {one.bundle.digest: one.bundle.text for one in (OLD, NEW)}


def verdict(found, remembered=BEGUN, of=NEW):
    return decide(of, {"staging": of}, remembered, Evidence(NOW, live={"k-staging": found}))


def ill(ago=120.0, **more):
    return live(NEW, ailment="0 of 1 pods are ready", applied=NOW - timedelta(seconds=ago), **more)


def test_a_release_that_is_ill_past_its_deadline_is_refused_and_what_ran_before_comes_back():
    said = verdict(ill())
    assert said.state is State.REFUSED
    assert "failed: Deployment shop-staging/web: 0 of 1 pods are ready; it goes back to v1" in said.shut[0].fact
    taken = step(NEW, said, Ledger({NEW.instance.id: BEGUN}, TEXTS))
    assert (taken.action, taken.record, taken.failed) == (Action.HOLD, record(OLD), record(NEW))


def test_once_given_up_it_is_not_tried_again():
    said = verdict({}, remembered=GIVEN_UP)
    assert said.state is State.REFUSED
    assert "was tried here and failed" in said.shut[0].fact
    assert said.shut[0].next.startswith("pvn release shop --service web")


def test_what_a_targeted_update_left_out_has_not_failed():
    left_out = History(record(OLD), record(OLD), None, tried=record(NEW))
    assert verdict(ill(), remembered=left_out).is_open


def test_what_was_given_up_stays_given_up_while_another_release_waits():
    waits = candidate("production", image="newer", version="v3")
    remembered = History(record(OLD), record(OLD), None, failed=record(NEW))
    held = step(
        waits,
        verdict({}, remembered=remembered, of=waits),
        Ledger({waits.instance.id: remembered}, {OLD.bundle.digest: OLD.bundle.text}),
    )
    assert (held.action, held.failed) == (Action.HOLD, record(NEW))


def test_another_release_goes_on_at_once():
    assert verdict(ill(), of=candidate("staging", image="newer", version="v3")).is_open
    again = replace(NEW, version="v2 once more")
    assert verdict({}, remembered=GIVEN_UP, of=again).is_open


@pytest.mark.parametrize(
    "found",
    [
        ill(ago=59),
        live(NEW),
        {},
        Unknown("runtime 'k-staging' does not answer", "…"),
        live(OLD, ailment="0 of 1 pods are ready", applied=NOW - timedelta(hours=1)),
        live(NEW, ailment="0 of 1 pods are ready"),
    ],
    ids=["within its deadline", "healthy", "never arrived", "cluster down", "the old objects", "undated"],
)
def test_an_update_that_was_only_cut_short_is_finished(found):
    assert verdict(found).is_open


def test_what_the_cluster_has_given_up_is_not_waited_for():
    assert verdict(ill(ago=1, has_failed=True)).state is State.REFUSED


def test_the_first_release_has_nothing_to_go_back_to_and_tries_again():
    first = History(None, None, None, is_interrupted=True, tried=record(NEW))
    assert verdict(ill(), remembered=first).is_open


def test_a_first_release_that_was_let_through_stays_while_its_gates_are_shut_again():
    needing = candidate("production", image="new", version="v2")
    first = History(None, None, None, is_interrupted=True, tried=record(needing))
    known = Ledger({needing.instance.id: first}, {needing.bundle.digest: needing.bundle.text})
    shut = decide(needing, {}, first, Evidence(NOW))
    kept = step(needing, shut, known)
    assert (kept.action, kept.record, kept.tried) == (Action.HOLD, record(needing), record(needing))


def test_a_service_that_does_not_want_it_stays_where_it_failed():
    stays = candidate("staging", image="new", version="v2", progress_deadline=60.0, rolls_back=False)
    assert verdict(ill(), of=stays).is_open


def test_what_was_tried_survives_in_the_stacks_outputs():
    written = {"current": UNKNOWN, "last": record(OLD).text, "previous": None, "tried": record(NEW).text}
    assert read("staging", {NEW.instance.id: written}, TEXTS).history(NEW.instance.id) == BEGUN
