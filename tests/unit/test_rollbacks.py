"""A rollback: the release that ran before, byte for byte, and nothing newer until it is lifted."""

import pytest

from delivery.facts import Evidence
from delivery.gates import decide
from delivery.instances import Bypass, Rollback
from delivery.plan import Action, step
from delivery.problems import Refused, Spot
from delivery.records import History, Ledger
from delivery.rollbacks import pinned
from tests.unit.made import NOW, candidate, evidence, record

STAGING = candidate("staging", image="new", version="v2")
OLD, NEW = candidate(image="old", version="v1"), candidate(image="new", version="v2")
TEXTS = {one.bundle.digest: one.bundle.text for one in (OLD, NEW)}
HISTORY = History(record(NEW), record(NEW), record(OLD))
LEDGER = Ledger({NEW.instance.id: HISTORY}, TEXTS)
EVERYTHING = Bypass(ordering=True, approvals=True, protections=True)


LIFT = "pvn rollback shop --channel production --lift --service web"


def pin(of, reason="it ate the baskets"):
    return Rollback(of.version, of.bundle.digest, reason, Spot("releases/shop.yaml", 4, 5))


def rolled_back(wanted, bypass=EVERYTHING, to=OLD):
    wanted = candidate(
        image=wanted.bundle.objects[0]["spec"]["image"], version=wanted.version, bypass=bypass, rollback=pin(to)
    )
    (found,) = pinned([wanted], LEDGER)
    return found


def decided(found, facts=None):
    return decide(found, {"staging": STAGING, "production": found}, HISTORY, facts or Evidence(NOW))


def test_a_rollback_is_the_recorded_release_byte_for_byte_and_waits_for_nobody():
    found = rolled_back(NEW)
    assert found.bundle.text == OLD.bundle.text
    verdict = decided(found)
    assert verdict.is_open
    taken = step(found, verdict, LEDGER)
    assert (taken.action, taken.record, taken.previous) == (Action.APPLY, record(OLD), record(OLD))
    assert taken.bundle == OLD.bundle


def test_after_a_rollback_the_release_that_was_left_can_be_gone_back_to():
    found = rolled_back(NEW)
    after = Ledger({found.instance.id: History(record(OLD), record(NEW), record(OLD))}, TEXTS)
    assert step(found, decided(found), after).previous == record(NEW)


def test_newer_releases_wait_until_it_is_lifted():
    newer = candidate(image="newest", version="v3", bypass=EVERYTHING)
    assert rolled_back(newer).version == "v1"
    assert pinned([newer], LEDGER) == (newer,)


def test_it_is_said_with_its_reason_and_its_end_for_as_long_as_it_holds():
    found = rolled_back(NEW)
    for history in (HISTORY, History(record(OLD), record(OLD), record(NEW))):
        verdict = decide(found, {"staging": STAGING, "production": found}, history, Evidence(NOW))
        assert verdict.is_open
        assert [(one.gate, one.fact, one.next) for one in verdict.told] == [
            ("rollback", "rolled back to v1: it ate the baskets", LIFT)
        ]


def test_production_is_told_that_staging_was_rolled_back_and_not_to_update_it():
    staging = candidate("staging", image="new", version="v2", rollback=pin(OLD, reason=""))
    facts = evidence(candidate("staging", image="old", version="v1"))
    (said, _) = decide(NEW, {"staging": staging, "production": NEW}, History(), facts).shut
    assert said.fact == "'staging' is rolled back to v1; this is v2"
    assert said.next == "pvn rollback shop --channel staging --lift --service web"


def test_a_rollback_of_staging_to_what_production_is_to_get_proves_it():
    staging = candidate("staging", rollback=pin(candidate("staging")))
    production = candidate()
    verdict = decide(production, {"staging": staging, "production": production}, History(), evidence(staging))
    assert [one.gate for one in verdict.shut] == ["manualApproval"]


@pytest.mark.parametrize(
    ("bypass", "asked"),
    [
        (EVERYTHING, ()),
        (Bypass(ordering=False, approvals=True, protections=True), ("releaseChannelStable staging",)),
        (Bypass(ordering=True, approvals=False, protections=True), ("manualApproval",)),
        (Bypass(), ("releaseChannelStable staging", "manualApproval")),
    ],
)
def test_what_it_may_bypass_is_what_the_application_says(bypass, asked):
    verdict = decided(rolled_back(NEW, bypass), evidence(STAGING))
    assert tuple(answer.gate for answer in verdict.shut) == asked


def test_a_release_that_the_stack_does_not_remember_is_refused_at_its_place():
    with pytest.raises(Refused) as refused:
        rolled_back(NEW, to=candidate(image="ancient", version="v0"))
    assert str(refused.value).startswith("releases/shop.yaml:4:5: stack 'production' does not remember release v0")


def test_a_candidate_that_is_no_rollback_bypasses_nothing():
    assert not decided(candidate(image="newest", version="v3", bypass=EVERYTHING)).is_open
