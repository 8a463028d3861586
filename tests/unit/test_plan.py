import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.gates import Answer, State, Verdict
from delivery.homes import Home
from delivery.objects import former, key
from delivery.plan import Action, plan
from delivery.problems import Refused
from delivery.records import UNKNOWN, History, Ledger, read
from delivery.structs import replace
from delivery.tombstones import Tombstones
from tests.unit.made import HERE, candidate, history, ledger, record

OPEN = Verdict((Answer("gate", State.OPEN, "fine"),))
SHUT = Verdict((Answer("gate", State.WAITING, "not yet", "do it"),))
OLD, NEW = candidate(image="old", version="v1"), candidate(image="new", version="v2")


def planned(verdict: Verdict, remembered: Ledger, wanted=NEW):
    (step,) = plan([wanted], {wanted.instance.id: verdict}, remembered, ["k-production"], Tombstones()).steps
    return step


def test_an_open_gate_applies_the_new_objects():
    step = planned(OPEN, ledger(production=(OLD,)))
    assert (step.action, step.bundle, step.record) == (Action.APPLY, NEW.bundle, record(NEW))


def test_a_shut_gate_keeps_exactly_the_objects_of_the_last_completed_release():
    step = planned(SHUT, ledger(production=(OLD,)))
    assert (step.action, step.bundle, step.record) == (Action.HOLD, OLD.bundle, record(OLD))


def test_what_was_never_released_and_may_not_be_yet_is_absent():
    step = planned(SHUT, Ledger())
    assert (step.action, step.bundle, step.record) == (Action.WAIT, None, None)


def test_an_instance_that_nobody_judged_is_held():
    (step,) = plan([NEW], {}, ledger(production=(OLD,)), ["k-production"], Tombstones()).steps
    assert step.action is Action.HOLD


def test_after_a_failed_update_the_release_before_it_holds():
    interrupted = Ledger({NEW.instance.id: history(None, OLD, interrupted=True)}, ledger(production=(OLD,)).texts)
    assert planned(SHUT, interrupted).bundle == OLD.bundle


@pytest.mark.parametrize(
    ("verdict", "remembered", "is_unchanged"),
    [
        (OPEN, ledger(production=(NEW,)), True),
        (SHUT, ledger(production=(OLD,)), True),
        (OPEN, ledger(production=(OLD,)), False),
        (OPEN, Ledger({NEW.instance.id: history(None, NEW, interrupted=True)}, ledger(production=(NEW,)).texts), False),
        (SHUT, Ledger(), False),
    ],
    ids=["as it was", "held", "another release", "not completed the last time", "absent"],
)
def test_nothing_has_to_be_waited_for_where_the_last_update_completed_the_same(verdict, remembered, is_unchanged):
    found = plan([NEW], {NEW.instance.id: verdict}, remembered, ["k-production"], Tombstones())
    assert found.unchanged == (frozenset({NEW.instance.id}) if is_unchanged else frozenset())


def test_what_is_put_back_has_to_be_waited_for_although_its_release_is_the_same():
    found = plan([NEW], {NEW.instance.id: SHUT}, ledger(production=(OLD,)), ["k-production"], Tombstones())
    put_back = found.restoring({NEW.instance.id})
    assert [one.is_restored for one in (*found.steps, *put_back.steps)] == [False, True]
    assert (put_back.unchanged, put_back.steps[0].bundle) == (frozenset(), OLD.bundle)
    assert found.restoring({"shop/production/another"}) == found


def test_the_stack_remembers_the_new_the_last_and_the_one_before():
    older = candidate(image="older", version="v0")
    found = plan([NEW], {NEW.instance.id: OPEN}, ledger(production=(OLD, older, older)), ["k-production"], Tombstones())
    (step,) = found.steps
    assert (step.record, step.last, step.previous) == (record(NEW), record(OLD), record(older))
    assert set(found.texts) == {NEW.bundle.digest, OLD.bundle.digest, older.bundle.digest}


def test_an_update_that_changes_nothing_keeps_the_release_to_roll_back_to():
    step = planned(OPEN, ledger(production=(NEW, NEW, OLD)))
    assert (step.record, step.last, step.previous) == (record(NEW), record(NEW), record(OLD))


def test_an_instance_that_vanished_from_the_tree_stops_the_run():
    with pytest.raises(Refused) as refused:
        plan([], {}, ledger(production=(OLD,)), ["k-production"], Tombstones())
    assert str(refused.value) == (
        "applications/: service 'web' of 'shop' runs in 'production', but the tree no longer has it there\n"
        "  fix: bring its files back, or let it go for good: `removed: [web]` in releases/shop.yaml"
    )


def test_a_channel_that_was_renamed_is_not_told_to_bury_a_service_that_is_still_there():
    with pytest.raises(Refused, match="fix: bring channel 'production' back, under this name"):
        plan([candidate("live")], {}, ledger(production=(OLD,)), ["k-live"], Tombstones())


def test_a_channel_that_moved_to_another_stack_is_said_to_have_moved_with_the_way_there():
    moved = {"shop/production/web": Home("europe", HERE)}
    with pytest.raises(Refused) as refused:
        plan([], {}, ledger(production=(OLD,)), ["k-production"], Tombstones(), moved=moved)
    assert str(refused.value) == (
        f"{HERE}: service 'web' of 'shop' runs here in 'production', which is for stack 'europe' now\n"
        "  fix: put 'production' back on a runtime of this stack; give the other one a channel of another name, and once"
        " that serves, let this one go: take it out and write `removedChannels: [production]` in releases/shop.yaml"
    )


def test_a_tombstone_lets_an_instance_go():
    assert plan([], {}, ledger(production=(OLD,)), ["k-production"], Tombstones(frozenset({("shop", "web")}))).steps == ()


def test_an_instance_held_on_a_runtime_that_is_gone_stops_the_run():
    with pytest.raises(Refused, match="held on runtime 'k-production', which the stack no longer has"):
        plan([NEW], {NEW.instance.id: SHUT}, ledger(production=(OLD,)), ["k-elsewhere"], Tombstones())


def moved(held: Verdict):
    """A plan in which the object of web's last release belongs to api now."""
    before, now = candidate(image="x", version="v1"), candidate(image="x", version="v1", service="api")
    api = replace(now, bundle=before.bundle)
    web = replace(NEW, bundle=candidate(service="other").bundle)
    verdicts = {web.instance.id: held, api.instance.id: OPEN}
    return plan([web, api], verdicts, ledger(production=(before,)), ["k-production"], Tombstones())


def test_an_object_that_is_held_in_one_service_cannot_be_applied_by_another():
    with pytest.raises(Refused) as refused:
        moved(SHUT)
    assert "Deployment shop-production/web moves from shop/production/web to shop/production/api" in str(refused.value)


def test_an_object_moves_with_both_of_its_services():
    assert [step.action for step in moved(OPEN).steps] == [Action.APPLY, Action.APPLY]


VERSIONS = [candidate(image=f"i{n}", version=f"v{n}") for n in range(4)]
moves = st.lists(st.tuples(st.sampled_from(VERSIONS), st.booleans(), st.booleans()), max_size=12)


@given(moves)
def test_whatever_happens_the_cluster_only_ever_gets_approved_or_completed_objects(moves):
    """Drive releases, approvals, failures and holds through the stack's own outputs, as the engine would write them."""
    outputs: tuple[object, object] = (None, None)
    completed: list[str] = []
    approved: set[str] = set()
    for wanted, is_approved, fails in moves:
        remembered = read("production", *outputs)
        verdict = OPEN if is_approved else SHUT
        approved |= {wanted.bundle.digest} if is_approved else set()
        found = plan([wanted], {wanted.instance.id: verdict}, remembered, ["k-production"], Tombstones())
        (step,) = found.steps
        if completed and not is_approved:
            assert step.bundle is not None, "what is held is never absent"
            assert step.bundle.digest == completed[-1]
        if step.bundle and step.record:
            assert step.bundle.digest in approved
            if not fails:
                completed.append(step.bundle.digest)
            entry = {
                "current": UNKNOWN if fails else step.record.text,
                "last": step.last.text if step.last else None,
                "previous": step.previous.text if step.previous else None,
            }
            outputs = ({wanted.instance.id: entry}, dict(found.texts))
        elif completed:
            pytest.fail("a completed release was lost")


def test_an_empty_history_is_no_history():
    assert History().effective is None


def test_an_object_with_a_newer_api_version_is_the_same_object():
    def scaler(version, name="web"):
        return {"apiVersion": version, "kind": "HorizontalPodAutoscaler", "metadata": {"namespace": "shop", "name": name}}

    now = [scaler("autoscaling/v2"), scaler("autoscaling/v2", "api"), scaler("v1", "other")]
    before = [scaler("autoscaling/v1"), scaler("autoscaling/v2", "api"), scaler("autoscaling/v1", "other")]
    assert former(now, before) == {key(now[0]): "autoscaling/v1"}
