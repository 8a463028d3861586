"""What is held is put back where its cluster has another release of it, and left alone everywhere else."""

import pytest

from delivery.facts import LiveObject
from delivery.gates import Answer, State, Verdict
from delivery.objects import keys
from delivery.plan import plan
from delivery.records import History, Ledger
from delivery.tombstones import Tombstones
from delivery.unknown import Unknown
from evidence import displaced, gather
from tests.unit.made import candidate, ledger, record

SHUT = Verdict((Answer("gate", State.WAITING, "not yet", "do it"),))
OPEN = Verdict((Answer("gate", State.OPEN, "fine"),))
OLD, NEW = candidate(image="old", version="v1"), candidate(image="new", version="v2")
HELD = ledger(production=(OLD,))
BEGUN = Ledger({NEW.instance.id: History(is_interrupted=True, tried=record(OLD))}, HELD.texts)
(WEB,) = keys(OLD.bundle.objects)


def restored(monkeypatch, live, verdict=SHUT, remembered=HELD):
    """Return whether the plan of one instance puts it back, and where a cluster was asked."""
    asked = []

    def look(outputs, place, wanted):
        asked.append((place, wanted))
        return place[1], live

    monkeypatch.setattr(gather, "look", look)
    planned = plan([NEW], {NEW.instance.id: verdict}, remembered, ["k-production"], Tombstones())
    (step,) = displaced.restored("production", {"runtimes": {}}, planned).steps
    return step.is_restored, asked


def of(release):
    return {WEB: LiveObject(release.version, None, manifests=release.bundle.digest)}


def test_what_a_killed_update_has_put_in_the_place_of_what_is_held_gives_way(monkeypatch):
    is_restored, asked = restored(monkeypatch, of(NEW))
    assert is_restored
    ((place, wanted),) = asked
    assert place == ("production", "k-production")
    assert wanted == {WEB: {OLD.bundle.digest: OLD.bundle.objects[0]}}


@pytest.mark.parametrize(
    "live",
    [of(OLD), {}, {WEB: LiveObject(None, None)}, Unknown("it does not answer", "start it")],
    ids=["as it was", "gone", "without a digest", "nobody knows"],
)
def test_what_is_as_it_was_or_cannot_be_told_is_left_alone(monkeypatch, live):
    is_restored, _ = restored(monkeypatch, live)
    assert not is_restored


@pytest.mark.parametrize(
    ("verdict", "remembered"),
    [(OPEN, ledger(production=(OLD,))), (SHUT, Ledger()), (SHUT, BEGUN)],
    ids=["moves", "was never released", "was begun and never completed"],
)
def test_where_no_completed_release_is_held_no_cluster_is_asked(monkeypatch, verdict, remembered):
    assert restored(monkeypatch, of(NEW), verdict, remembered) == (False, [])
