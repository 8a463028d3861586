"""Tried again is what has failed, and nothing else."""

import pytest

from delivery.facts import Evidence
from delivery.gates import decide
from delivery.plan import step
from delivery.records import History, Ledger
from delivery.unknown import Unknown
from pvn.retrying import has_failed
from pvn.standing import Health
from tests.unit.made import NOW, candidate, record

OLD, NEW = candidate(image="old", version="v1"), candidate(image="new", version="v2")
TEXTS = {one.bundle.digest: one.bundle.text for one in (OLD, NEW)}
WELL, SICK = Health(NOW), Health(ailment=Unknown("it crashes", "look at it"))


def failed(history, health=None):
    verdict = decide(NEW, {"staging": NEW, "production": NEW}, history, Evidence(NOW))
    return has_failed(step(NEW, verdict, Ledger({NEW.instance.id: history}, TEXTS)), health)


@pytest.mark.parametrize(
    ("history", "health"),
    [
        (History(record(OLD), record(OLD), failed=record(NEW)), WELL),
        (History(last=record(OLD), is_interrupted=True, tried=record(NEW)), WELL),
        (History(is_interrupted=True, tried=record(NEW)), None),
        (History(last=record(OLD), is_interrupted=True), WELL),
        (History(record(NEW), record(NEW)), SICK),
        (History(record(NEW), record(NEW)), None),
    ],
    ids=["given up", "begun", "begun first", "begun by an old update", "completed and sick", "completed somewhere else"],
)
def test_what_failed_may_be_tried_again(history, health):
    assert failed(history, health)


@pytest.mark.parametrize(
    ("history", "health"),
    [
        (History(), None),
        (History(record(NEW), record(NEW)), WELL),
        (History(record(OLD), record(OLD)), SICK),
        (History(record(OLD), record(OLD), failed=record(candidate(version="v0"))), SICK),
        (History(last=record(OLD), is_interrupted=True, tried=record(candidate(version="v0"))), SICK),
    ],
    ids=["never tried", "completed and well", "not tried yet", "another failed", "another begun"],
)
def test_what_has_not_failed_is_not_tried_again(history, health):
    assert not failed(history, health)
