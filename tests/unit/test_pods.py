"""What the pods of a workload say: restarts, old templates, and since when they are as they are."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery import health, pods

AT = datetime(2026, 6, 1, 10, tzinfo=UTC)
DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {
        "name": "web",
        "namespace": "shop",
        "generation": 1,
        "creationTimestamp": "2026-06-01T09:00:00Z",
        "annotations": {pods.REVISION: "2"},
        "managedFields": [
            {"manager": "pulumi", "time": "2026-06-01T10:00:00Z"},
            {"manager": "kube-controller-manager", "subresource": "status", "time": "2026-06-01T11:30:00Z"},
        ],
    },
    "spec": {"replicas": 1},
    "status": {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1},
}


def moment(minutes: float) -> str:
    return (AT + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def replica_set(revision="2"):
    return {"metadata": {"annotations": {pods.REVISION: revision}}}


def pod(*, ready=5.0, started=4.0, restarts=0, ended=None, **metadata):
    container = {"restartCount": restarts, "state": {"running": {"startedAt": moment(started)}}}
    if ended is not None:
        container["lastState"] = {"terminated": {"finishedAt": moment(ended)}}
    condition = {"type": "Ready", "status": "True", "lastTransitionTime": moment(ready)}
    return {
        "metadata": {"name": "web-x", **metadata},
        "status": {"conditions": [condition], "containerStatuses": [container]},
    }


def look(*own, of=DEPLOYMENT):
    return health.look(of, own)


def test_a_workload_is_as_it_is_since_the_newest_moment_of_it_and_its_pods():
    assert look((pod(), replica_set())).settled == AT + timedelta(minutes=5)
    assert look((pod(ready=-50, started=-55), replica_set())).settled == AT


def test_what_controllers_write_into_the_status_is_no_change_of_what_is_wanted():
    assert look((pod(), replica_set())).applied == AT


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ((), "0 of 1 pods are ready"),
        (((pod(), replica_set("1")),), "pod web-x of an old template is still there"),
        (((pod(), None),), "pod web-x of an old template is still there"),
        (((pod(), replica_set()), (pod(deletionTimestamp=moment(9)), replica_set("1"))), "pod web-x of an old template"),
        (((pod(deletionTimestamp=moment(9)), replica_set()),), "0 of 1 pods are ready"),
        (((pod(), replica_set()), (pod(), replica_set())), "2 of 1 pods are ready"),
    ],
    ids=["none", "old", "unknown", "old and on its way out", "on its way out", "too many"],
)
def test_a_deployment_with_other_pods_than_its_own_ready_ones_is_not_healthy(own, said):
    assert (look(*own).ailment or "").startswith(said)


def test_a_restart_is_told_with_its_moment():
    assert look((pod(restarts=1, started=31, ended=30), replica_set())).restarted == AT + timedelta(minutes=31)
    assert look((pod(), replica_set())).restarted is None


def test_a_restart_that_nobody_dates_is_not_healthy():
    undated = pod(restarts=1)
    del undated["status"]["containerStatuses"][0]["state"]
    assert "nobody says when" in (look((undated, replica_set())).ailment or "")


def test_a_pod_that_does_not_say_since_when_it_is_ready_leaves_it_open():
    undated = pod()
    del undated["status"]["conditions"][0]["lastTransitionTime"]
    assert look((undated, replica_set())).settled is None


@pytest.mark.parametrize("text", ["NaN", "yesterday", "2026-06-01T10:00:00", 5, ""])
def test_a_moment_that_makes_no_sense_is_an_ailment_and_no_time(text):
    odd = pod()
    odd["status"]["conditions"][0]["lastTransitionTime"] = text
    said = look((odd, replica_set()))
    assert said.ailment == f"{text!r} is no moment"
    assert said.settled is None
    twisted = copy.deepcopy(DEPLOYMENT)
    twisted["metadata"]["managedFields"][0]["time"] = text
    assert look((pod(), replica_set()), of=twisted).ailment == f"{text!r} is no moment"


def test_a_stateful_set_knows_its_pods_by_their_revision():
    status = {**DEPLOYMENT["status"], "currentRevision": "b", "updateRevision": "b"}
    workload = {**DEPLOYMENT, "kind": "StatefulSet", "status": status}
    assert look((pod(labels={"controller-revision-hash": "b"}), None), of=workload).ailment is None
    assert look((pod(labels={"controller-revision-hash": "a"}), None), of=workload).ailment is not None


def test_pods_find_their_workload_through_the_replica_set_between_them():
    def owned(name, kind, owner):
        return {
            "metadata": {
                "name": name,
                "namespace": "shop",
                "ownerReferences": [{"kind": kind, "name": owner, "controller": True}],
            }
        }

    between = owned("web-2", "Deployment", "web")
    alone, below, job = (
        owned("lone", "ReplicaSet", "elsewhere"),
        owned("web-2-x", "ReplicaSet", "web-2"),
        owned("j", "Job", "mail"),
    )
    found = pods.by_owner([alone, below, job, {"metadata": {"name": "bare", "namespace": "shop"}}], [between])
    assert found == {
        ("ReplicaSet", "shop", "elsewhere"): ((alone, None),),
        ("Deployment", "shop", "web"): ((below, between),),
        ("Job", "shop", "mail"): ((job, None),),
    }


@given(st.lists(st.tuples(st.floats(0, 90), st.floats(0, 90)), min_size=1, max_size=4))
def test_no_pod_is_older_news_than_the_whole(times):
    own = tuple((pod(ready=ready, started=started), replica_set()) for ready, started in times)
    settled = look(*own).settled
    assert settled is not None
    assert all(settled >= AT + timedelta(minutes=int(max(pair))) for pair in times)


def test_a_job_has_settled_when_it_ended_whatever_its_pods_say():
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"creationTimestamp": moment(0)},
        "status": {
            "completionTime": moment(3),
            "conditions": [{"type": "Complete", "status": "True", "lastTransitionTime": moment(3)}],
        },
    }
    ended = {"metadata": {"name": "mail-1"}, "status": {"phase": "Succeeded"}}
    found = look((ended, None), of=job)
    assert (found.ailment, found.settled) == (None, AT + timedelta(minutes=3))


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ("docker.io/shop/web@sha256:aa", None),
        ("mirror.example.com/shop/web@sha256:aa", None),
        ("docker.io/shop/web@sha256:bb", "container web of pod web-x runs docker.io/shop/web@sha256:bb, not "),
        (None, "container web of pod web-x runs None, not "),
    ],
)
def test_pods_must_run_the_images_of_their_workload_wherever_they_get_them(image, said):
    template = {"spec": {"containers": [{"name": "web", "image": "docker.io/shop/web@sha256:aa"}]}}
    workload = {**DEPLOYMENT, "spec": {"replicas": 1, "template": template}}
    edited = {**pod(), "spec": {"containers": [{"name": "web", "image": image}, {"name": "sidecar", "image": "other"}]}}
    found = look((edited, replica_set()), of=workload).ailment
    assert found == (said and f"{said}docker.io/shop/web@sha256:aa")
