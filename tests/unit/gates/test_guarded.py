from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.blueprints import Blueprint
from delivery.facts import BadApproval, Evidence, Nodes
from delivery.gates import State, guarded
from delivery.instances import Approvals
from delivery.inventories import Built, Inventory
from delivery.shapes.aws import AwsAccount, AwsNetwork, EksNodes, EksRuntime
from delivery.shapes.guard import StackApproval, StackPrecondition
from delivery.structs import replace
from delivery.unknown import Absent, Unknown
from tests.unit.foundation import PROVEN, SIGNED, change, evidence, hub, inventory, linked, local, signature
from tests.unit.made import NOW

HOW = Approvals()
OLD, NEW = local(nodes=2), local(nodes=3)
GROWS = change(NEW, OLD)
STAGED = inventory(local("k-staging", nodes=3))
EXEMPT = "take `stackStable: staging` out of Pulumi.production.yaml for this one change, in a commit of its own"


def verdict(found: Evidence, of=GROWS, gates=(PROVEN, SIGNED), how=HOW):
    return guarded(of, gates, how, found)


def facts(found: Evidence, **more):
    said = verdict(found, **more)
    assert not said.is_open
    return [one.fact for one in said.shut]


def fact(found: Evidence, **more):
    (said,) = facts(found, **more)
    return said


def test_a_change_opens_when_staging_runs_on_the_same_settings_and_a_person_has_signed_for_them():
    assert verdict(evidence(STAGED, signature(GROWS))).is_open


def test_settings_that_were_completed_before_need_no_gate():
    assert verdict(Evidence(NOW), of=change(OLD, OLD)).is_open


def test_labels_are_no_setting_of_the_cluster():
    assert verdict(Evidence(NOW), of=change(local(nodes=2, labels={"env": "production"}), OLD)).is_open


def test_without_any_evidence_every_gate_is_shut():
    assert [one.state for one in verdict(Evidence(NOW)).answers] == [State.WAITING, State.WAITING]


def test_a_stack_without_preconditions_changes_at_once():
    assert verdict(Evidence(NOW), gates=()).is_open


def test_a_precondition_that_names_no_gate_is_not_open():
    assert not verdict(evidence(STAGED, signature(GROWS)), gates=(StackPrecondition(),)).is_open


# stackStable


def proof(found: Evidence, of=GROWS):
    return fact(found, of=of, gates=(PROVEN,))


@pytest.mark.parametrize(
    ("upstream", "said"),
    [
        (None, "stack 'staging' was not asked"),
        (Absent("stack 'staging' does not exist yet", "pulumi up -s staging"), "stack 'staging' does not exist yet"),
        (Unknown("the state of stack 'staging' cannot be read", "…"), "the state of stack 'staging' cannot be read"),
        (Inventory(), "stack 'staging' has no runtime of type 'local' that could prove it"),
        (inventory(linked("k-staging")), "stack 'staging' has no runtime of type 'local' that could prove it"),
        (inventory(local("k-staging", nodes=2)), "runtimes/k-staging of 'staging' has nodes 2, this is 3"),
        (
            inventory(local("k-staging", nodes=2), begun=local("k-staging", nodes=3)),
            "the last update of runtimes/k-staging in 'staging' did not complete",
        ),
        (
            inventory(begun=local("k-staging", nodes=3)),
            "the last update of runtimes/k-staging in 'staging' did not complete",
        ),
    ],
)
def test_a_staging_that_has_not_completed_the_same_settings_keeps_the_gate_shut(upstream, said):
    assert proof(evidence(upstream)) == said


def test_a_staging_that_set_out_for_something_else_and_was_left_there_proves_nothing():
    staged = local("k-staging", nodes=3)
    aside = replace(STAGED, built={staged.id: Built(staged.digest, staged.digest, "sha256:elsewhere")})
    assert proof(evidence(aside)) == "the last update of runtimes/k-staging in 'staging' did not complete"


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        (None, "nobody asked runtimes/k-staging of 'staging' how it is"),
        (Unknown("runtime 'k-staging' does not answer", "…"), "runtime 'k-staging' does not answer"),
        (Nodes(0), "runtimes/k-staging has no nodes"),
        (Nodes(3, ("b",)), "runtimes/k-staging has nodes that are not ready: b"),
    ],
)
def test_a_staging_cluster_that_is_not_live_and_healthy_keeps_the_gate_shut(nodes, said):
    assert proof(evidence(STAGED, nodes=nodes)) == said


def test_the_nodes_of_another_stacks_runtime_of_that_name_prove_nothing():
    elsewhere = Evidence(NOW, inventories={"staging": STAGED}, nodes={("other", "k-staging"): Nodes(3)})
    assert proof(elsewhere) == "nobody asked runtimes/k-staging of 'staging' how it is"


def test_one_of_several_upstream_clusters_is_enough_and_all_of_it_has_to_be_the_same_one():
    two = inventory(local("k-a", nodes=2), local("k-staging", nodes=3))
    assert verdict(evidence(two), gates=(PROVEN,)).is_open
    ill = evidence(two, nodes=Nodes(3, ("x",)))
    assert proof(ill) == (
        "runtimes/k-a of 'staging' has nodes 2, this is 3; runtimes/k-staging has nodes that are not ready: x"
    )


def test_what_differs_by_nature_needs_no_proof():
    moved = change(local(nodes=2, directory="elsewhere", protect=True), OLD)
    said = verdict(Evidence(NOW), of=moved, gates=(PROVEN,))
    assert said.is_open
    assert "belongs to this environment alone" in said.answers[0].fact


def test_a_new_cluster_has_all_of_its_settings_to_prove():
    new = change(local(nodes=3), None)
    assert verdict(evidence(STAGED), of=new, gates=(PROVEN,)).is_open
    assert proof(evidence(inventory(local("k-staging", nodes=2))), of=new).endswith("has nodes 2, this is 3")


def test_a_new_cluster_with_nothing_to_prove_still_needs_one_of_its_type_that_is_well():
    new = change(linked(), None)
    assert proof(evidence(STAGED), of=new) == "stack 'staging' has no runtime of type 'kubeconfig' that could prove it"
    staged = inventory(linked("k-staging"))
    assert proof(evidence(staged, nodes=Nodes(1, ("a",))), of=new) == "runtimes/k-staging has nodes that are not ready: a"
    assert verdict(evidence(staged), of=new, gates=(PROVEN,)).is_open


def test_a_cluster_that_becomes_one_of_another_type_is_new():
    becomes = change(linked(), OLD)
    assert "no runtime of type 'kubeconfig'" in proof(evidence(STAGED), of=becomes)


def test_nothing_proves_that_a_cluster_may_go_and_the_way_out_is_said():
    (said,) = verdict(evidence(STAGED), of=change(None, OLD), gates=(PROVEN,)).shut
    assert said.fact == "no stack can prove that runtimes/k-production may go"
    assert said.next == EXEMPT


def test_where_staging_has_no_such_type_the_way_out_is_said():
    (said,) = verdict(evidence(Inventory()), gates=(PROVEN,)).shut
    assert said.next == EXEMPT


def test_a_registry_needs_no_health_but_the_same_settings_completed():
    moves = change(hub("ghcr.io"), hub())
    assert verdict(evidence(inventory(hub("ghcr.io")), nodes=None), of=moves, gates=(PROVEN,)).is_open
    assert (
        proof(evidence(inventory(hub())), of=moves) == 'registries/hub of \'staging\' has url "docker.io", this is "ghcr.io"'
    )


def eks(name, account, version, **nodes):
    role = f"arn:aws:iam::{account}:role/pvn"
    return Blueprint(
        "runtimes",
        EksRuntime(
            name=name,
            type="eks",
            account=AwsAccount(id=account, region="us-east-1", role=role),
            network=AwsNetwork(cidr=f"10.{account[0]}.0.0/16"),
            version=version,
            nodes=EksNodes(**nodes),
        ),
    )


def test_a_new_version_of_kubernetes_is_proven_by_a_smaller_cluster_in_another_account():
    small = eks("k-staging", "111111111111", "1.35", instance_type="t4g.medium", max=3)
    upgrade = change(eks("k", "222222222222", "1.35", max=12), eks("k", "222222222222", "1.34", max=9))
    assert verdict(evidence(inventory(small)), of=upgrade, gates=(PROVEN,)).is_open
    older = eks("k-staging", "111111111111", "1.34")
    assert (
        proof(evidence(inventory(older)), of=upgrade)
        == 'runtimes/k-staging of \'staging\' has version "1.34", this is "1.35"'
    )


# manualApproval


def asked(*signed, of=GROWS, people=1, how=HOW, bad=()):
    gate = StackPrecondition(manual_approval=StackApproval(min_approvers=people))
    return guarded(of, (gate,), how, replace(evidence(None, *signed), bad_approvals=bad))


def word(*signed, **more):
    (said,) = asked(*signed, **more).shut
    return said


def test_nobody_has_signed_and_the_next_command_is_said():
    said = word()
    assert said.fact == f"0 of 1 approvals of settings {GROWS.digest[7:19]}"
    assert said.next == "pvn approve --stack production"


def test_two_approvers_are_two_people():
    jane, again, joe = signature(GROWS), signature(GROWS, key="another"), signature(GROWS, "joe")
    assert not asked(jane, again, people=2).is_open
    assert asked(jane, joe, people=2).is_open


def test_an_approval_of_other_settings_says_what_has_changed_since():
    other = change(local(nodes=9), OLD)
    moved = replace(signature(other), services={GROWS.name: (other.digest, other.digest)})
    assert "changed since: nodes: 9 is now 3" in word(moved).fact


@pytest.mark.parametrize(
    "spoilt",
    [
        {"channel": "staging"},
        {"application": "shop"},
        {"topic": "ops"},
        {"services": {"runtimes/k-other": (GROWS.digest, GROWS.digest)}},
        {"services": {GROWS.name: (GROWS.digest, OLD.digest)}},
        {"services": {GROWS.name: (OLD.digest, GROWS.digest)}},
        {"services": {GROWS.name: (OLD.digest, OLD.digest)}},
        {"signed": NOW - timedelta(days=8), "expires": NOW + timedelta(days=9)},
        {"signed": NOW + timedelta(hours=1), "expires": NOW + timedelta(days=1)},
        {"expires": NOW},
    ],
)
def test_a_signature_for_anything_else_or_at_another_time_does_not_count(spoilt):
    assert not asked(replace(signature(GROWS), **spoilt)).is_open


def test_an_approval_to_change_a_cluster_is_none_to_remove_it():
    assert not asked(signature(GROWS), of=change(None, OLD)).is_open
    assert asked(signature(change(None, OLD)), of=change(None, OLD)).is_open


def test_a_rejection_refuses_whatever_others_say():
    said = word(signature(GROWS, "joe"), signature(GROWS, rejects=True))
    assert said.state is State.REFUSED
    assert said.fact == "jane rejected these settings (approvals/jane.yaml)"


def test_the_author_of_the_stack_file_may_be_kept_from_approving_it():
    how = Approvals(excludes_author=True)
    assert not asked(signature(GROWS), how=how).is_open
    gate = (SIGNED,)
    by_jane = replace(evidence(None, signature(GROWS)), authors={"@stack": "jane"})
    assert "who wrote the change" in guarded(GROWS, gate, how, by_jane).shut[0].fact
    by_joe = replace(by_jane, authors={"@stack": "joe"})
    assert guarded(GROWS, gate, how, by_joe).is_open


def test_a_file_that_proves_nothing_is_named():
    bad = BadApproval("approvals/@stack/production/x.yaml", "@stack", "production", "its signature is damaged")
    first, _ = asked(bad=(bad,)).shut
    assert first.fact == f"{bad.file} proves nothing: {bad.why}"


# whatever happens


UNKNOWNS = st.sampled_from([None, Unknown("?", "?"), Absent("?", "?")])
UPSTREAMS = st.one_of(
    UNKNOWNS,
    st.builds(
        lambda count, other, is_cut: inventory(
            local("k-staging", nodes=count), *([local("k-other", nodes=other)] if other else []),
            begun=local("k-staging", nodes=3) if is_cut else None,
        ),
        st.integers(1, 4), st.one_of(st.none(), st.integers(1, 4)), st.booleans(),
    ),
)  # fmt: skip
NODES = st.one_of(UNKNOWNS, st.builds(Nodes, st.integers(0, 3), st.sampled_from([(), ("a",)])))
SIGNATURES = st.lists(
    st.builds(
        lambda of, signer, age, rejects, channel: signature(of, signer, age=age, rejects=rejects, channel=channel),
        st.sampled_from([GROWS, change(OLD, OLD), change(local(nodes=4), OLD), change(None, OLD)]),
        st.sampled_from(["jane", "joe", "ann"]),
        st.floats(-1, 10),
        st.booleans(),
        st.sampled_from(["production", "staging"]),
    ),
    max_size=4,
)


@given(UPSTREAMS, NODES, SIGNATURES, st.integers(1, 3))
def test_a_change_opens_only_on_the_whole_proof_and_enough_fresh_words_for_exactly_it(upstream, nodes, signed, people):
    gates = (PROVEN, StackPrecondition(manual_approval=StackApproval(min_approvers=people)))
    said = guarded(GROWS, gates, HOW, evidence(upstream, *signed, nodes=nodes))
    staged = upstream.of("runtimes/k-staging") if isinstance(upstream, Inventory) else Built()
    is_proven = (
        staged.current == local("k-staging", nodes=3).digest
        and not staged.is_interrupted
        and isinstance(nodes, Nodes)
        and nodes.count > 0
        and not nodes.unready
    )
    own = [one for one in signed if one.channel == "production" and one.services == {GROWS.name: (GROWS.digest,) * 2}]
    fresh = {
        one.signer
        for one in own
        if not one.is_rejection and one.signed <= NOW + timedelta(minutes=5) and one.signed + timedelta(days=7) > NOW
    }
    is_signed = len(fresh) >= max(1, people) and not any(one.is_rejection for one in own)
    assert said.is_open == (is_proven and is_signed)


@given(UPSTREAMS, NODES, SIGNATURES, UNKNOWNS)
def test_whatever_else_is_known_a_change_is_shut_without_one_of_its_facts(upstream, nodes, signed, nothing):
    for less in (
        evidence(nothing, *signed, nodes=nodes),
        evidence(upstream, *signed, nodes=nothing),
        evidence(upstream, *(one for one in signed if one.is_rejection), nodes=nodes),
    ):
        assert not guarded(GROWS, (PROVEN, SIGNED), HOW, less).is_open
