from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.approvals import Statement
from delivery.facts import Approval, BadApproval, Evidence, LiveObject, Misfit
from delivery.gates import State, counting, decide
from delivery.instances import ApprovalBy
from delivery.records import History, Ledger
from delivery.structs import replace
from delivery.unknown import Unknown
from tests.unit.made import HERE, NOW, approval, candidate, evidence, history, ledger, live

STAGING, PRODUCTION = candidate("staging"), candidate("production")
SIBLINGS = {"staging": STAGING, "production": PRODUCTION}
NEW = History()


ELSEWHERE = "a value or a file of another channel changed since"


def verdict(found: Evidence, of=PRODUCTION, siblings=SIBLINGS, remembered=NEW):
    return decide(of, siblings, remembered, found)


def fact(found: Evidence, **more) -> str:
    said = verdict(found, **more)
    assert not said.is_open
    return said.shut[0].fact


def test_production_opens_when_staging_is_stable_at_the_version_and_a_person_has_signed():
    assert verdict(evidence(STAGING, approval(PRODUCTION))).is_open


def test_a_channel_without_preconditions_is_always_open():
    assert decide(STAGING, SIBLINGS, NEW, Evidence(NOW)).is_open


def test_with_no_evidence_at_all_every_gate_is_shut():
    assert [answer.state for answer in verdict(Evidence(NOW)).answers] == [State.WAITING, State.WAITING]


def test_unchanged_objects_need_no_gate_even_at_a_new_version():
    renamed = candidate("production", version="v2")
    assert verdict(Evidence(NOW), of=renamed, remembered=history(PRODUCTION)).is_open


def test_the_same_objects_on_another_runtime_are_a_change():
    moved = candidate("production", runtime="k-elsewhere")
    assert not verdict(Evidence(NOW), of=moved, remembered=history(PRODUCTION)).is_open


def test_a_new_version_waits_for_staging_to_take_it():
    newer = candidate("production", version="v2", image="two")
    siblings = {"staging": candidate("staging", version="v2", image="two"), "production": newer}
    said = fact(evidence(STAGING, approval(newer)), of=newer, siblings=siblings)
    assert said == "'staging' has version v1, this is v2"


def test_staging_at_the_version_but_with_other_constants_is_not_stable():
    changed = candidate("staging", image="other")
    said = fact(evidence(STAGING, approval(PRODUCTION)), siblings={"staging": changed, "production": PRODUCTION})
    assert said == "'staging' has version v1, but not with its present constants and settings"


@pytest.mark.parametrize(
    ("remembers", "said"),
    [
        (Unknown("stack 'staging' does not exist yet", "pulumi up -s staging"), "stack 'staging' does not exist yet"),
        (Ledger(), "nothing was released to 'staging' yet"),
        (
            Ledger({"shop/staging/web": history(None, STAGING, interrupted=True)}, {}),
            "the last update of 'staging' did not complete",
        ),
    ],
)
def test_a_staging_whose_release_is_not_proven_keeps_production_shut(remembers, said):
    assert fact(evidence(STAGING, approval(PRODUCTION), remembers=remembers)) == said


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Unknown("runtime 'k-staging' does not answer", "…"), "runtime 'k-staging' does not answer"),
        ({}, "Deployment shop-staging/web does not exist in 'staging'"),
        (live(STAGING, version="v0"), "Deployment shop-staging/web in 'staging' is at version v0, not v1"),
        (live(STAGING, version=None), "Deployment shop-staging/web in 'staging' is at version unknown, not v1"),
        (live(STAGING, ailment="it crashes"), "Deployment shop-staging/web in 'staging' is not healthy: it crashes"),
    ],
)
def test_a_staging_that_is_not_live_and_healthy_keeps_production_shut(found, said):
    assert fact(evidence(STAGING, approval(PRODUCTION), found=found)) == said


def test_a_cluster_that_nobody_asked_keeps_production_shut():
    asked_nobody = Evidence(NOW, {"staging": ledger(staging=(STAGING,))}, {}, (approval(PRODUCTION),))
    assert fact(asked_nobody) == "nobody asked runtime 'k-staging'"


def approvals_needed(count: int, topic="manual"):
    needing = candidate("production", gates=(ApprovalBy(topic, count, HERE),))
    return needing, {"production": needing}


def test_two_approvers_are_two_people_and_not_one_person_twice():
    needing, siblings = approvals_needed(2)
    jane, again, joe = approval(needing), approval(needing, key="her other key"), approval(needing, "joe")
    assert fact(evidence(STAGING, jane, again), of=needing, siblings=siblings) == "1 of 2 approvals of version v1"
    assert verdict(evidence(STAGING, jane, joe), of=needing, siblings=siblings).is_open


@pytest.mark.parametrize("count", [0, -1])
def test_a_gate_that_asks_for_nobody_never_opens_by_that(count):
    needing, siblings = approvals_needed(count)
    assert not verdict(evidence(STAGING), of=needing, siblings=siblings).is_open


def test_one_key_under_two_names_is_one_person():
    needing, siblings = approvals_needed(2)
    both = approval(needing, "jane", key="shared"), approval(needing, "joe", key="shared")
    assert fact(evidence(STAGING, *both), of=needing, siblings=siblings) == "1 of 2 approvals of version v1"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (approval(candidate(version="v0")), f"approvals/jane.yaml is for version v0 of the same objects: {ELSEWHERE}"),
        (
            approval(candidate(image="two")),
            "approvals/jane.yaml is for other objects of this version, and they are not the same",
        ),
        (approval(PRODUCTION, age=8), "approvals/jane.yaml expired 2026-05-31 12:00:00 UTC"),
        (approval(PRODUCTION, age=7), "approvals/jane.yaml expired 2026-06-01 12:00:00 UTC"),
        (approval(PRODUCTION, age=-1), "approvals/jane.yaml is dated in the future"),
    ],
)
def test_an_approval_that_does_not_fit_is_said_and_does_not_count(given, reason):
    said = verdict(evidence(STAGING, given)).shut[0].fact
    assert said == f"0 of 1 approvals of version v1 ({reason})"


@pytest.mark.parametrize(
    "given",
    [approval(PRODUCTION, channel="staging"), approval(PRODUCTION, topic="another"), approval(candidate(service="db"))],
)
def test_an_approval_for_something_else_does_not_count(given):
    assert fact(evidence(STAGING, given)) == "0 of 1 approvals of version v1"


def test_a_rejection_refuses_the_version_whoever_else_approves():
    said = verdict(evidence(STAGING, approval(PRODUCTION), approval(PRODUCTION, "joe", rejects=True)))
    assert said.state is State.REFUSED
    (no,) = said.shut
    assert no.next == "pvn release shop --service web --param …, or take the no back: git rm approvals/joe.yaml"


@pytest.mark.parametrize(
    "no",
    [
        approval(PRODUCTION, "joe", rejects=True, age=8),
        approval(PRODUCTION, "joe", rejects=True, age=-3),
        approval(candidate(image="with another constant"), "joe", rejects=True),
    ],
    ids=["expired", "dated ahead", "of other objects"],
)
def test_a_no_to_a_version_holds_until_it_is_taken_back(no):
    assert verdict(evidence(STAGING, approval(PRODUCTION), no)).state is State.REFUSED


def test_a_signer_cannot_make_their_own_word_last_longer():
    assert not verdict(evidence(STAGING, approval(PRODUCTION, age=8, lasts=3650))).is_open


def test_a_staging_in_which_nothing_runs_proves_nothing():
    nothing = replace(STAGING, bundle=replace(STAGING.bundle, objects=()))
    siblings = {"staging": nothing, "production": PRODUCTION}
    said = fact(evidence(nothing, approval(PRODUCTION)), siblings=siblings)
    assert said == "nothing of it runs in 'staging', so nothing is proven there"


def test_a_shared_approval_counts_under_its_own_name_only():
    needing, siblings = approvals_needed(1, "release-board")
    assert not verdict(evidence(STAGING, approval(needing)), of=needing, siblings=siblings).is_open
    shared = approval(needing, topic="release-board")
    assert verdict(evidence(STAGING, shared), of=needing, siblings=siblings).is_open


def test_a_file_that_proves_nothing_is_said():
    bad = Evidence(
        NOW,
        {"staging": ledger(staging=(STAGING,))},
        {"k-staging": live(STAGING)},
        (),
        (BadApproval("approvals/x.yaml", "shop", "production", "its signer is not among the allowed signers"),),
    )
    first, count = verdict(bad).shut
    assert first.fact == "approvals/x.yaml proves nothing: its signer is not among the allowed signers"
    assert first.next == count.next == "pvn approve shop --channel production --service web"
    assert count.fact == "0 of 1 approvals of version v1"


def test_a_file_of_which_nobody_can_tell_what_it_was_for_is_to_be_taken_away():
    said = verdict(evidence(STAGING, bad_approvals=(BadApproval("approvals/x.yaml", "", "", "it is none"),))).shut
    assert [one.next for one in said] == ["rm approvals/x.yaml", "pvn approve shop --channel production --service web"]


def test_where_enough_have_signed_a_file_that_proves_nothing_is_not_in_the_way():
    bad = (BadApproval("approvals/x.yaml", "", "", "it is none"),)
    assert verdict(evidence(STAGING, approval(PRODUCTION), bad_approvals=bad)).is_open


def test_of_old_approvals_only_the_newest_is_said_and_how_many_there_are_more():
    old = [approval(candidate(image=f"i{age}", version=f"v{age}"), f"jane{age}", age=age) for age in range(2, 6)]
    assert fact(evidence(STAGING, *old)) == (
        "0 of 1 approvals of version v1 (approvals/jane2.yaml is for version v2, and they are not the same, and 3 older)"
    )


def test_of_files_that_prove_nothing_only_the_last_is_said():
    bad = tuple(BadApproval(f"approvals/{n}.yaml", "shop", "production", "it is none") for n in range(3))
    said = fact(evidence(STAGING, bad_approvals=bad))
    assert said == "approvals/2.yaml proves nothing, and so do 2 more: it is none"


def statement(of: Approval) -> Statement:
    names = (of.application, of.channel, of.topic)
    return Statement(*names, of.is_rejection, of.services, of.signed, of.expires)


def claim(of: Approval) -> Misfit:
    names = (of.application, of.channel, of.topic)
    return Misfit(*names, of.is_rejection, of.services, of.signed, of.expires, of.file)


any_word = st.builds(
    approval,
    st.sampled_from([PRODUCTION, candidate(version="v0"), candidate(image="two"), candidate(service="api"), STAGING]),
    st.sampled_from(["jane", "joe"]),
    rejects=st.booleans(),
    age=st.integers(-2, 9),
    lasts=st.integers(0, 30),
)


@given(st.lists(any_word, max_size=6))
def test_what_is_not_verified_could_not_have_opened_or_shut_anything(given):
    may_count = counting([PRODUCTION], NOW)
    verified = [one for one in given if may_count(statement(one))]
    others = tuple(claim(one) for one in given if one not in verified)
    whole, part = verdict(evidence(STAGING, *given)), verdict(evidence(STAGING, *verified, misfits=others))
    assert [(one.gate, one.state, one.fact) for one in part.answers] == [
        (one.gate, one.state, one.fact) for one in whole.answers
    ]


def test_a_claim_that_nobody_verified_opens_nothing_whatever_it_says():
    assert not verdict(evidence(STAGING, misfits=(claim(approval(PRODUCTION)),))).is_open
    assert verdict(evidence(STAGING, approval(PRODUCTION), misfits=(claim(approval(PRODUCTION, rejects=True)),))).is_open


def test_the_next_command_names_exactly_what_is_missing():
    said = verdict(evidence(STAGING)).shut[0]
    assert said.next == "pvn approve shop --channel production --service web"


healths = st.sampled_from([live(STAGING), live(STAGING, ailment="x"), live(STAGING, version="v0"), {}, Unknown("?", "?")])
memories = st.sampled_from([ledger(staging=(STAGING,)), ledger(staging=(None, STAGING)), Ledger(), Unknown("?", "?")])
words = st.lists(
    st.sampled_from(
        [
            approval(PRODUCTION),
            approval(PRODUCTION, age=9),
            approval(PRODUCTION, age=-2),
            approval(candidate(version="v0")),
            approval(candidate(image="two")),
            approval(PRODUCTION, channel="staging"),
        ]
    ),
    max_size=4,
)


@given(healths, memories, words)
def test_production_opens_only_on_full_proof(found, remembers, given_words):
    said = verdict(evidence(STAGING, *given_words, found=found, remembers=remembers))
    is_proven = found == live(STAGING) and remembers == ledger(staging=(STAGING,)) and approval(PRODUCTION) in given_words
    assert said.is_open == is_proven


@given(healths, memories, words)
def test_what_other_channels_do_changes_nothing(found, remembers, given_words):
    known = evidence(STAGING, *given_words, found=found, remembers=remembers)
    more = Evidence(
        known.now,
        {**known.ledgers, "elsewhere": Unknown("down", "…")},
        {**known.live, "k-elsewhere": {}},
        (*known.approvals, approval(candidate(service="other"), "joe")),
    )
    assert verdict(known) == verdict(more)


@given(st.integers(-20, 20))
def test_an_approval_counts_from_its_signature_to_its_expiry_and_not_a_moment_longer(days):
    at = NOW + timedelta(days=days)
    signed = NOW - timedelta(days=1)
    is_valid = signed <= at < signed + timedelta(days=7)
    assert verdict(evidence(STAGING, approval(PRODUCTION), now=at)).is_open == is_valid


def test_a_live_object_of_unknown_version_is_never_taken_for_the_right_one():
    nameless = dict.fromkeys(live(STAGING), LiveObject(None, None))
    assert not verdict(evidence(STAGING, approval(PRODUCTION), found=nameless)).is_open
