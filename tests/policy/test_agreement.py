"""Program and pack beside each other: what one plans from some evidence, the other lets through, and nothing else."""

from hypothesis import given, settings
from hypothesis import strategies as st

from delivery.gates import State
from delivery.plan import Action
from delivery.records import History, Ledger, Record
from delivery.structs import replace
from delivery.unknown import Unknown
from policy.instances import foreign, unproven
from tests.policy import judged
from tests.unit import made

IMAGES = ("one", "two", "three")
CANDIDATES = [made.candidate(image=image, version=f"v {image}") for image in IMAGES]
POOL = [Record(a.version, b.bundle.digest) for a in CANDIDATES for b in CANDIDATES]

candidates = st.sampled_from(CANDIDATES)
kept = st.none() | candidates


def unfinished(tried):
    """A production of which nobody knows but that its first update did not go through, if there was one."""
    if tried is None:
        return None
    history = History(is_interrupted=True, tried=made.record(tried))
    return Ledger({judged.ID: history}, {tried.bundle.digest: tried.bundle.text})


@st.composite
def decisions(draw):
    """Any state of production, any evidence of staging, any approvals."""
    wanted, ran, before = draw(candidates), draw(kept), draw(kept)
    there = made.candidate("staging", image=draw(st.sampled_from(IMAGES)), version=draw(candidates).version)
    ledger = made.ledger(production=(ran, before)) if ran or before else unfinished(draw(kept))
    found = draw(st.sampled_from(["healthy", Unknown("it does not answer", "…"), {}, made.live(there, ailment="sick")]))
    signed = draw(st.lists(candidates, max_size=2))
    approvals = [made.approval(one, age=draw(st.integers(0, 9)), rejects=draw(st.booleans())) for one in signed]
    return judged.decision(wanted, made.evidence(there, *approvals, found=found), ledger)


@settings(max_examples=500)
@given(decisions())
def test_what_the_program_plans_from_the_same_evidence_passes(decision):
    step = decision.steps[judged.ID]
    if step.action is Action.WAIT:
        return
    assert step.record is not None
    assert list(unproven(judged.instance(step.record), decision)) == []
    (planned,) = {one.bundle.digest: one for one in CANDIDATES if one.bundle.digest == step.record.manifests}.values()
    assert list(foreign(judged.child(replace(planned, version=step.record.version)), decision)) == []


@settings(max_examples=500)
@given(decisions(), st.sampled_from(POOL))
def test_whatever_no_open_gate_and_no_release_of_before_stands_for_is_refused(decision, claimed):
    step = decision.steps[judged.ID]
    proven = [step.record] if step.verdict.is_open else []
    ran = [step.history.effective] if step.history.effective else []
    begun = [step.history.begun] if not ran and step.verdict.state is State.WAITING else []
    assert bool(list(unproven(judged.instance(claimed), decision))) is (claimed not in [*proven, *ran, *begun])


@settings(max_examples=200)
@given(decisions(), candidates, candidates)
def test_an_object_passes_only_as_part_of_a_release_that_does(decision, of, claims):
    objections = list(foreign(judged.child(of, claim=made.record(claims)), decision))
    assert bool(objections) is not (of == claims and made.record(of) in decision.allowed[judged.ID])
