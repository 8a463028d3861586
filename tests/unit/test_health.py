import copy
from typing import Any

import pytest

from delivery.health import ailment

DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"generation": 3},
    "spec": {"replicas": 2},
    "status": {
        "observedGeneration": 3,
        "replicas": 2,
        "updatedReplicas": 2,
        "readyReplicas": 2,
        "availableReplicas": 2,
        "conditions": [{"type": "Progressing", "status": "True"}],
    },
}


def changed(**status):
    live = copy.deepcopy(DEPLOYMENT)
    live["status"] |= status
    return live


def without(field):
    live = copy.deepcopy(DEPLOYMENT)
    del live["status"][field]
    return live


def test_a_deployment_with_every_fact_in_order_is_healthy():
    assert ailment(DEPLOYMENT) is None


@pytest.mark.parametrize(
    "field", ["observedGeneration", "replicas", "updatedReplicas", "readyReplicas", "availableReplicas"]
)
def test_a_missing_fact_is_not_a_good_fact(field):
    assert ailment(without(field)) is not None


def test_a_deployment_that_its_controller_has_not_seen_yet_is_not_healthy():
    assert ailment(changed(observedGeneration=2)) == "its controller has seen generation 2 of 3"


def test_pods_of_an_old_replica_set_keep_a_deployment_from_being_healthy():
    assert ailment(changed(replicas=3)) == "replicas is 3, wanted 2"


def test_a_rollout_past_its_deadline_says_why():
    conditions = [{"type": "Progressing", "status": "False", "message": "ReplicaSet has timed out progressing."}]
    assert ailment(changed(conditions=conditions)) == "its rollout failed: ReplicaSet has timed out progressing."


def test_a_deployment_scaled_to_nothing_is_healthy_with_nothing_reported():
    live = {**DEPLOYMENT, "spec": {"replicas": 0}, "status": {"observedGeneration": 3}}
    assert ailment(live) is None


def test_what_is_being_deleted_is_not_healthy():
    live = {**DEPLOYMENT, "metadata": {"generation": 3, "deletionTimestamp": "2026-06-01T12:00:00Z"}}
    assert ailment(live) == "it is being deleted"


def of(kind, status, api="apps/v1", spec=None, generation=1):
    return {"apiVersion": api, "kind": kind, "metadata": {"generation": generation}, "spec": spec or {}, "status": status}


@pytest.mark.parametrize(
    ("live", "said"),
    [
        (of("StatefulSet", {}, spec={"replicas": 1}), "its controller has seen generation none of 1"),
        (
            of(
                "StatefulSet",
                {"observedGeneration": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1}
                | {"currentRevision": "a", "updateRevision": "b"},
                spec={"replicas": 1},
            ),
            "pods of an old revision are still there",
        ),
        (of("DaemonSet", {"observedGeneration": 1}), "it does not say how many pods it wants"),
        (
            of("DaemonSet", {"observedGeneration": 1, "desiredNumberScheduled": 2, "updatedNumberScheduled": 1}),
            "updatedNumberScheduled is 1, wanted 2",
        ),
        (of("Job", {}, api="batch/v1"), "it has not completed"),
        (
            of("Job", {"conditions": [{"type": "Failed", "status": "True", "reason": "Backoff"}]}, api="batch/v1"),
            "it failed: Backoff",
        ),
        (of("Pod", {"phase": "Pending"}, api="v1"), "its phase is Pending and it is not ready"),
        (of("PersistentVolumeClaim", {"phase": "Lost"}, api="v1"), "its volume is lost"),
    ],
)
def test_every_kind_says_what_is_missing(live, said):
    assert ailment(live) == said


@pytest.mark.parametrize(
    "live",
    [
        of("Job", {"conditions": [{"type": "Complete", "status": "True"}]}, api="batch/v1"),
        of("Pod", {"phase": "Succeeded"}, api="v1"),
        of("Pod", {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}, api="v1"),
        of("ConfigMap", {}, api="v1"),
        of("CronJob", {}, api="batch/v1"),
        of("Widget", {}, api="example.com/v1"),
        {"apiVersion": "v1", "kind": "Service", "metadata": {}},
    ],
)
def test_done_or_simply_there_is_healthy(live):
    assert ailment(live) is None
