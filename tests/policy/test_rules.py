"""The other rules, each with what passes and what does not."""

from typing import Any

import pytest

from delivery.shapes.aws import EksRuntime
from delivery.structs import replace
from policy.confidential import SECRETS, readable
from policy.found import Found
from policy.kept import PROTECTION, unprotected
from policy.pods import greedy, rooted, unpinned
from policy.providers import implicit
from policy.signed import APPROVALS, unsigned
from tests.policy import judged
from tests.policy.judged import workload
from tests.unit import made

WANTED = made.candidate()
OLD = made.candidate(image="old", version="v0")
PINNED = {"name": "main", "image": "docker.io/shop/web@sha256:" + "7" * 64}
KINDS = ["apps/v1:Deployment", "apps/v1:StatefulSet", "apps/v1:DaemonSet", "batch/v1:Job", "batch/v1:CronJob"]


def test_a_workload_that_people_signed_for_passes():
    found = judged.child(WANTED)
    assert APPROVALS.concerns(found)
    assert list(unsigned(found, judged.proven())) == []


def test_a_workload_that_nobody_signed_for_is_refused_with_the_command():
    said = "\n".join(unsigned(judged.child(WANTED), judged.waiting()))
    assert "manualApproval: 0 of 1 approvals of version v1" in said
    assert "pvn approve shop --channel production --service web" in said


def test_a_workload_that_runs_already_needs_no_new_signature():
    ran = made.ledger(production=(OLD,))
    assert list(unsigned(judged.child(OLD), judged.waiting(ran))) == []


def test_a_workload_of_another_version_than_was_signed_is_refused():
    assert list(unsigned(judged.child(OLD), judged.proven())) != []


def test_a_workload_of_a_channel_without_approval_needs_no_signature():
    free = made.candidate(gates=())
    assert list(unsigned(judged.child(free), judged.decision(free, made.evidence(made.candidate("staging"))))) == []


@pytest.mark.parametrize("kind", KINDS)
def test_images_are_named_by_digest_in_every_kind_of_workload(kind):
    assert list(unpinned(workload(PINNED, kind=kind), judged.proven())) == []
    tagged = {"name": "side", "image": "docker.io/shop/web:1.2"}
    for group in ("initContainers", "ephemeralContainers"):
        said = list(unpinned(workload(PINNED, kind=kind, pod={group: [tagged]}), judged.proven()))
        assert len(said) == 1
        assert "container 'side'" in said[0]
        assert "docker.io/shop/web:1.2@sha256:…" in said[0]
    assert list(unpinned(workload({"name": "main"}, kind=kind), judged.proven())) != []


def test_a_channel_without_gates_may_follow_a_tag():
    free = made.candidate(gates=())
    decision = judged.decision(free, made.evidence(made.candidate("staging")))
    assert list(unpinned(workload({"name": "main", "image": "shop/web:main"}), decision)) == []


def test_a_tag_that_runs_already_is_kept():
    ran = made.ledger(production=(OLD,))
    tagged = {"spec": {"template": {"spec": {"containers": [{"name": "main", "image": "docker.io/shop/web:1.2"}]}}}}
    assert list(unpinned(judged.child(OLD, tagged), judged.waiting(ran))) == []
    assert len(list(unpinned(judged.child(WANTED, tagged), judged.waiting(ran)))) == 1


def test_containers_are_advised_to_say_what_they_need():
    enough = {"resources": {"requests": {"cpu": "10m", "memory": "16Mi"}}}
    assert list(greedy(workload(PINNED | enough), judged.proven())) == []
    said = list(greedy(workload(PINNED | {"resources": {"requests": {"cpu": "10m"}}}), judged.proven()))
    assert said == [f"container 'main' of {judged.NAME} requests no memory"]
    assert len(list(greedy(workload(PINNED, PINNED | enough), judged.proven()))) == 1


def test_containers_are_advised_not_to_run_as_root():
    not_root = {"securityContext": {"runAsNonRoot": True}}
    assert list(rooted(workload(PINNED, pod=not_root), judged.proven())) == []
    assert list(rooted(workload(PINNED | not_root), judged.proven())) == []
    assert list(rooted(workload(PINNED), judged.proven())) != []
    # the container's own word counts more than the pod's
    assert list(rooted(workload(PINNED | {"securityContext": {"runAsNonRoot": False}}, pod=not_root), judged.proven())) != []


@pytest.mark.parametrize("name", ["default", "default_4_25_0"])
def test_a_default_provider_is_refused(name):
    found = replace(workload(PINNED), provider=name)
    assert "kubernetes credentials that happen to be around" in "\n".join(implicit(found, judged.proven()))
    assert "aws credentials" in "\n".join(implicit(Found("aws:s3/bucket:Bucket", "b", "urn", {}, "", name), judged.proven()))


def test_a_provider_of_the_stack_passes_and_so_does_one_that_needs_no_credentials():
    assert list(implicit(workload(PINNED), judged.proven())) == []
    assert list(implicit(Found("kwok:index:Cluster", "k", "urn", {}, "", "default"), judged.proven())) == []


def test_a_secret_with_data_is_refused_and_not_a_letter_of_it_is_told():
    for field in ("data", "stringData"):
        found = Found("kubernetes:core/v1:Secret", "k/ns/password", "urn", {field: {"key": "hunter2"}})
        assert SECRETS.concerns(found)
        (said,) = readable(found, judged.proven())
        assert "k/ns/password holds its data in the open" in said
        assert "hunter2" not in said
        assert "'key'" not in said


def test_a_secret_that_others_fill_passes():
    found = Found("kubernetes:core/v1:Secret", "k/ns/token", "urn", {"type": "kubernetes.io/service-account-token"})
    assert list(readable(found, judged.proven())) == []


@pytest.mark.parametrize("protect", [True, False])
def test_a_cluster_is_registered_as_protected_where_its_stack_file_says_so(protect):
    fields: Any = {"name": "eks", "protect": protect}
    settings = EksRuntime.model_construct(**fields)
    decision = judged.proven()
    decision = replace(decision, settings=decision.settings.model_copy(update={"runtimes": (settings,)}))
    cluster = Found("aws:eks/cluster:Cluster", "eks", "urn", {}, "urn:pulumi:p::pvn::pvn:aws:Runtime::eks", "eks")
    assert PROTECTION.concerns(cluster)
    assert list(unprotected(replace(cluster, is_protected=True), decision)) == []
    assert bool(list(unprotected(cluster, decision))) is protect
