from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery import canonical, inventories
from delivery.facts import Evidence
from delivery.foundations import Foundation, alterations, lay
from delivery.gates import Answer, State, Verdict
from delivery.inventories import Inventory
from delivery.plan import Action
from delivery.problems import Refused
from delivery.records import UNKNOWN
from delivery.tree import Tree
from tests.unit.foundation import SIGNED, change, evidence, hub, inventory, linked, local, signature, stack
from tests.unit.made import NOW, candidate

OLD, NEW = local(nodes=2), local(nodes=3)
SHUT = Evidence(NOW)
OPEN = Verdict((Answer("gate", State.OPEN, "fine"),))


def laid(file, remembered: Inventory, found: Evidence = SHUT) -> Foundation:
    return lay(file, alterations("production", file, remembered), remembered, found)


def built(foundation: Foundation):
    return {one.change.name: one.blueprint.digest for one in foundation.parts if one.blueprint}


def test_an_open_gate_builds_what_the_file_says():
    grown = evidence(inventory(local("k-staging", nodes=3)), signature(change(NEW, OLD)))
    found = laid(stack(NEW), inventory(OLD), grown)
    assert built(found) == {NEW.id: NEW.digest}


def test_a_shut_gate_builds_what_was_last_completed():
    found = laid(stack(NEW), inventory(OLD))
    assert found.parts[0].action is Action.HOLD
    assert built(found) == {OLD.id: OLD.digest}


def test_after_an_update_that_failed_what_was_completed_before_it_holds():
    assert built(laid(stack(NEW), inventory(OLD, begun=local(nodes=9)))) == {OLD.id: OLD.digest}


def test_half_of_a_first_cluster_is_not_taken_down_again_because_a_gate_is_shut():
    assert built(laid(stack(NEW), inventory(begun=OLD))) == {OLD.id: OLD.digest}


def test_what_was_never_built_is_absent_and_its_services_wait_with_its_reasons():
    found = laid(stack(NEW, gates=(SIGNED,)), Inventory())
    assert found.parts[0].action is Action.WAIT
    assert found.runtimes == ()
    verdict = found.judged(candidate("production"), OPEN)
    assert [one.gate for one in verdict.shut] == ["runtimes/k-production: manualApproval"]
    assert verdict.shut[0].next == "pvn approve --stack production"


def test_services_on_a_runtime_that_is_held_do_not_wait_for_it():
    assert laid(stack(NEW), inventory(OLD)).judged(candidate("production"), OPEN).is_open


def test_a_service_on_a_runtime_that_nobody_built_waits():
    assert not laid(stack(), Inventory()).judged(candidate("production"), OPEN).is_open


def test_a_cluster_that_left_the_file_is_held_until_its_gates_open():
    found = laid(stack(hub()), inventory(OLD, hub()))
    assert built(found) == {OLD.id: OLD.digest, hub().id: hub().digest}
    assert found.parts[-1].change.wanted is None
    signed = evidence(None, signature(change(None, OLD)))
    assert built(laid(stack(hub(), gates=(SIGNED,)), inventory(OLD, hub()), signed)) == {hub().id: hub().digest}


def test_without_preconditions_a_cluster_that_left_the_file_goes():
    assert built(laid(stack(gates=()), inventory(OLD))) == {}


@pytest.mark.parametrize("then", [(), (linked(),)])
def test_a_protected_cluster_does_not_go_and_does_not_become_another(then):
    with pytest.raises(Refused, match="runtimes/k-production is protected"):
        laid(stack(*then, gates=()), inventory(local(protect=True)))


def test_a_cluster_whose_protection_was_lowered_before_may_go():
    lowered = laid(stack(local(), gates=()), inventory(local(protect=True)))
    assert built(lowered) == {OLD.id: OLD.digest}
    assert built(laid(stack(gates=()), inventory(OLD))) == {}


def test_the_protection_of_a_held_cluster_is_lowered_by_nobody():
    found = laid(stack(local()), inventory(local(protect=True)))
    assert [one.blueprint and one.blueprint.is_protected for one in found.parts] == [True]


def test_the_settings_of_everything_that_is_named_are_remembered():
    found = laid(stack(NEW, gates=()), inventory(OLD, begun=local(nodes=9)))
    assert set(found.texts) == {OLD.digest, NEW.digest, local(nodes=9).digest}


def test_settings_that_an_earlier_program_wrote_are_remembered_as_they_were_written():
    text = OLD.text.replace(',"protect":false', "")
    digest = canonical.digest(text)
    entry = {"current": digest, "last": None, "begun": digest}
    remembered = inventories.read("production", {"infrastructure": {OLD.id: entry}, "settings": {digest: text}})
    found = laid(stack(OLD), remembered)
    assert found.parts[0].action is Action.APPLY
    assert found.texts == {digest: text, OLD.digest: OLD.text}


def test_the_rest_of_the_program_sees_what_is_built():
    found = laid(stack(NEW), inventory(OLD, local("k-gone")))
    seen = found.tree(Tree(stacks={"production": stack(NEW), "staging": stack()}), "production").stacks
    assert [one.name for one in seen["production"].runtimes] == ["k-production", "k-gone"]
    assert seen["production"].runtimes[0] == OLD.settings
    assert seen["staging"].runtimes == ()


# whatever happens: a stack is built only from settings that a gate let through, or that were completed


SETTINGS = [local(nodes=1), local(nodes=2), local(nodes=3, protect=True), None]
EVENTS = st.lists(
    st.tuples(st.sampled_from(range(4)), st.booleans(), st.sampled_from(["completes", "fails", "is killed", "is left out"])),
    max_size=12,
)


@given(EVENTS)
def test_whatever_happens_only_settings_that_were_let_through_are_built_and_nothing_held_is_lost(events):
    outputs: dict[str, Any] = {}
    let_through: set[str] = set()
    completed = None
    for which, is_signed, end in events:
        wanted, remembered = SETTINGS[which], inventories.read("production", outputs)
        file = stack(*([wanted] if wanted else []), gates=(SIGNED,))
        words = [signature(one) for one in alterations("production", file, remembered)] if is_signed else []
        try:
            found = laid(file, remembered, evidence(None, *words))
        except Refused:
            assert (completed, wanted) == (local(nodes=3, protect=True).digest, None)
            continue
        for part in found.parts:
            if part.verdict.is_open and part.change.wanted:
                let_through.add(part.change.digest)
            assert part.blueprint is None or part.blueprint.digest in let_through
            if not part.verdict.is_open and completed:
                assert part.blueprint is not None
                assert part.blueprint.digest == completed
        if end == "is killed":
            continue
        outputs = {"infrastructure": {}, "settings": dict(found.texts), "namespaces": {}}
        is_built = [one for one in found.parts if one.blueprint]
        for part in is_built:
            assert part.blueprint is not None
            digest = part.blueprint.digest
            kept = {"completes": digest, "fails": UNKNOWN, "is left out": completed or UNKNOWN}[end]
            outputs["infrastructure"][part.change.name] = {"current": kept, "last": part.built.completed, "begun": digest}
            completed = digest if end == "completes" else completed
        if not is_built:
            completed = None
