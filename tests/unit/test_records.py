import pytest

from delivery.problems import WorldFailed
from delivery.records import UNKNOWN, Ledger, own, read
from delivery.unknown import Unknown
from tests.unit.made import candidate, record

OLD = candidate()
WRITTEN = record(OLD).text
TEXTS = {OLD.bundle.digest: OLD.bundle.text}


def test_before_the_first_update_nothing_is_remembered():
    assert read("production", None, None) == Ledger()


def test_a_completed_release_is_read_back_byte_for_byte():
    found = read("production", {"a/b/c": {"current": WRITTEN}}, TEXTS)
    effective = found.history("a/b/c").effective
    assert effective == record(OLD)
    assert found.bundle(effective) == OLD.bundle


@pytest.mark.parametrize("entry", [{"current": UNKNOWN, "last": WRITTEN}, {"last": WRITTEN}])
def test_a_record_that_did_not_complete_leaves_the_one_before_in_force(entry):
    history = read("production", {"a/b/c": entry}, TEXTS).history("a/b/c")
    assert history.is_interrupted
    assert history.effective == record(OLD)


@pytest.mark.parametrize(
    ("releases", "manifests"),
    [
        ({"a/b/c": {"current": WRITTEN}}, None),
        ({"a/b/c": {"current": WRITTEN}}, {}),
        (None, TEXTS),
        ([], TEXTS),
        ({"a/b/c": None}, TEXTS),
        ({"a": {"current": WRITTEN}}, TEXTS),
        ({"a/b/c/d": {"current": WRITTEN}}, TEXTS),
        ({"a/b/c": {"current": {"version": "v1"}}}, TEXTS),
        ({"a/b/c": {"current": WRITTEN + " more"}}, TEXTS),
        ({"a/b/c": {"current": 3}}, TEXTS),
        ({"a/b/c": {"current": "v1"}}, TEXTS),
        ({"a/b/c": {"now": WRITTEN}}, TEXTS),
        ({}, {OLD.bundle.digest: OLD.bundle.text + " "}),
        ({}, {OLD.bundle.digest: UNKNOWN}),
        (UNKNOWN, UNKNOWN),
        ({}, {OLD.bundle.digest: None}),
    ],
)
def test_damaged_outputs_stop_the_run_and_never_mean_that_nothing_was_released(releases, manifests):
    with pytest.raises(WorldFailed, match="cannot be trusted"):
        read("production", releases, manifests)


def test_a_stack_that_has_only_its_other_outputs_has_forgotten_what_runs_and_stops_the_run():
    with pytest.raises(WorldFailed, match="cannot be trusted"):
        own("production", {"runtimes": {}, "services": {}})


def test_a_stack_that_cannot_read_its_own_state_stops_the_run():
    with pytest.raises(WorldFailed, match="cannot be read"):
        own("production", Unknown("the state of stack 'production' cannot be read", "…"))
