"""The gates, decided anew: what an instance claims to be, and what its objects really are."""

import pytest

from delivery.records import History, Ledger, Record
from delivery.structs import replace
from delivery.unknown import Unknown
from policy.found import Found
from policy.instances import foreign, unproven
from tests.policy import judged
from tests.unit import made

WANTED = made.candidate()
OLD = made.candidate(image="old", version="v0")
RAN = made.ledger(production=(OLD,))


def test_what_open_gates_let_through_passes():
    assert list(unproven(judged.instance(WANTED), judged.proven())) == []


def test_what_ran_before_passes_whatever_the_gates_say():
    assert list(unproven(judged.instance(OLD), judged.waiting(RAN))) == []


def test_what_waits_is_refused_with_the_gate_and_the_next_command():
    said = "\n".join(unproven(judged.instance(WANTED), judged.waiting(RAN)))
    assert "shop/production/web is to become version v1 with objects" in said
    assert "manualApproval: 0 of 1 approvals of version v1" in said
    assert "next: pvn approve shop --channel production --service web" in said


@pytest.mark.parametrize(
    "evidence",
    [
        made.evidence(made.candidate("staging"), made.approval(WANTED), found=Unknown("it is down", "…")),
        made.evidence(made.candidate("staging"), made.approval(WANTED), remembers=Unknown("no state", "…")),
        made.evidence(made.candidate("staging"), made.approval(WANTED), found={}),
        made.evidence(made.candidate("staging", image="two"), made.approval(WANTED)),
        made.evidence(made.candidate("staging"), made.approval(OLD)),
        made.evidence(made.candidate("staging"), made.approval(WANTED, rejects=True)),
        made.evidence(made.candidate("staging"), made.approval(WANTED, age=8, lasts=30)),
    ],
    ids=["cluster down", "no state", "nothing there", "other version", "other objects", "rejected", "expired"],
)
def test_evidence_that_is_missing_or_does_not_fit_refuses(evidence):
    assert list(unproven(judged.instance(WANTED), judged.decision(WANTED, evidence)))


@pytest.mark.parametrize(
    "claim",
    [
        Record("v9", made.record(WANTED).manifests),
        Record("v1", "sha256:9"),
        Record("", ""),
        Record("v1", made.record(OLD).manifests),
    ],
    ids=["another version", "other objects", "nothing", "a mixture"],
)
def test_a_claim_that_is_neither_wanted_nor_what_ran_is_refused(claim):
    said = "\n".join(unproven(judged.instance(claim), judged.proven()))
    assert "neither what the tree wants nor the last completed release" in said


def test_an_instance_that_the_tree_does_not_have_is_refused():
    other = replace(judged.instance(WANTED), name="shop/production/other")
    assert list(unproven(other, judged.proven())) == [
        "the tree has no service instance shop/production/other in stack 'production'"
    ]


def test_the_objects_that_were_judged_pass_with_what_they_get_on_their_way():
    hurried = {"pulumi.com/skipAwait": "true"}
    found = judged.child(WANTED)
    annotations = found.props["metadata"]["annotations"] | hurried
    found = judged.child(WANTED, {"metadata": found.props["metadata"] | {"annotations": annotations}})
    assert list(foreign(found, judged.proven())) == []


def test_numbers_come_over_the_wire_as_fractions_and_are_the_same():
    bundle = replace(WANTED.bundle, objects=({**WANTED.bundle.objects[0], "spec": {"replicas": 3}},))
    wanted = replace(WANTED, bundle=bundle)
    decision = judged.decision(wanted, made.evidence(made.candidate("staging"), made.approval(wanted)))
    assert list(foreign(judged.child(wanted, {"spec": {"replicas": 3.0}}), decision)) == []
    assert list(foreign(judged.child(wanted, {"spec": {"replicas": 4.0}}), decision)) != []


def metadata(**more: object) -> dict[str, object]:
    return {"metadata": judged.child(WANTED).props["metadata"] | more}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (judged.child(WANTED, {"spec": {"image": "evil"}}), "is not as it was rendered: spec.image differs"),
        (judged.child(WANTED, {"spec": {"image": "one", "more": 1}}), "is not as it was rendered: spec.more differs"),
        (judged.child(WANTED, metadata(name="more")), "is not among the objects of shop/production/web"),
        (judged.child(WANTED, metadata(namespace="default")), "is not among the objects of shop/production/web"),
        (judged.child(WANTED, metadata(annotations={})), "does not carry the version and the manifests digest"),
        (judged.child(WANTED, provider="k-other"), "goes to 'k-other', and its release is for 'k-production'"),
        (judged.child(WANTED, type="kubernetes:apps/v1:DaemonSet"), "is registered as a kubernetes:apps/v1:DaemonSet"),
        (judged.child(WANTED, claim=None), "stands in no service instance"),
        (judged.child(WANTED, claim=made.record(OLD)), "whose release no gate lets through"),
    ],
)
def test_an_object_that_was_not_judged_is_refused(found, said):
    assert said in "\n".join(foreign(found, judged.proven()))


def test_the_objects_of_what_ran_pass_only_in_an_instance_that_says_so():
    assert list(foreign(judged.child(OLD), judged.waiting(RAN))) == []
    assert list(foreign(judged.child(OLD, claim=made.record(WANTED)), judged.waiting(RAN))) != []


def namespace(name: str, resource: str = "", provider: str = "k-production") -> Found:
    props = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    return Found("kubernetes:core/v1:Namespace", resource or f"k-production/{name}", "urn", props, "stack", provider)


def test_a_namespace_passes_where_an_instance_needs_it_and_under_its_own_name():
    assert list(foreign(namespace("shop-production"), judged.proven())) == []
    for other in (
        namespace("kube-system"),
        namespace("shop-production", provider="k-other"),
        namespace("shop-production", "k-production/renamed"),
    ):
        assert "needs namespace" in "\n".join(foreign(other, judged.proven()))


def test_a_first_release_that_did_not_finish_passes_while_it_waits_again_and_not_once_it_is_rejected():
    begun = History(is_interrupted=True, tried=made.record(OLD))
    ledger = Ledger({judged.ID: begun}, {OLD.bundle.digest: OLD.bundle.text})
    waits = judged.waiting(ledger)
    assert list(unproven(judged.instance(OLD), waits)) == []
    assert list(foreign(judged.child(OLD), waits)) == []
    rejected = made.evidence(made.candidate("staging"), made.approval(WANTED, rejects=True))
    assert list(unproven(judged.instance(OLD), judged.decision(WANTED, rejected, ledger))) != []
