"""Health: what a live object must say of itself before anybody calls it stable.

Every fact has to be there. A status field that is missing is read as "not yet", never as zero or as fine: controllers
fill them in only once they have looked (kubernetes#31319, kargo#41, argo-rollouts#771 are what happens otherwise).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Json = Mapping[str, Any]


def ailment(live: Json) -> str | None:
    """Return why a live object is not healthy, or None when all that its kind must show is there.

    Kinds that have no status worth judging are healthy by being there and not on their way out.
    """
    if live.get("metadata", {}).get("deletionTimestamp"):
        return "it is being deleted"
    judge = _JUDGES.get((str(live.get("apiVersion", "")).split("/")[0], str(live.get("kind", ""))))
    return judge(live) if judge else None


def _behind(live: Json) -> str | None:
    generation, observed = live.get("metadata", {}).get("generation"), live.get("status", {}).get("observedGeneration")
    if not isinstance(generation, int) or not isinstance(observed, int) or observed < generation:
        return f"its controller has seen generation {observed or 'none'} of {generation}"
    return None


def _counts(live: Json, wanted: object, *fields: str) -> str | None:
    status = live.get("status", {})
    if not isinstance(wanted, int):
        return "it does not say how many pods it wants"
    for name in fields:
        found = status.get(name, 0 if wanted == 0 else None)
        if found != wanted:
            return f"{name} is {found if found is not None else 'not reported'}, wanted {wanted}"
    return None


def _deployment(live: Json) -> str | None:
    status = live.get("status", {})
    for condition in status.get("conditions", []):
        if condition.get("type") == "Progressing" and condition.get("status") == "False":
            return f"its rollout failed: {condition.get('message') or condition.get('reason')}"
    wanted = live.get("spec", {}).get("replicas")
    # `replicas` counts the pods of old ReplicaSets too, so it must not exceed what is wanted
    return _behind(live) or _counts(live, wanted, "updatedReplicas", "replicas", "readyReplicas", "availableReplicas")


def _stateful_set(live: Json) -> str | None:
    status = live.get("status", {})
    wanted = live.get("spec", {}).get("replicas")
    if late := _behind(live) or _counts(live, wanted, "updatedReplicas", "readyReplicas", "availableReplicas"):
        return late
    if status.get("currentRevision") != status.get("updateRevision"):
        return "pods of an old revision are still there"
    return None


def _daemon_set(live: Json) -> str | None:
    wanted = live.get("status", {}).get("desiredNumberScheduled")
    return _behind(live) or _counts(live, wanted, "updatedNumberScheduled", "numberReady", "numberAvailable")


def _job(live: Json) -> str | None:
    for condition in live.get("status", {}).get("conditions", []):
        if condition.get("status") == "True":
            if condition.get("type") == "Complete":
                return None
            if condition.get("type") == "Failed":
                return f"it failed: {condition.get('message') or condition.get('reason')}"
    return "it has not completed"


def _pod(live: Json) -> str | None:
    status = live.get("status", {})
    if status.get("phase") == "Succeeded":
        return None
    ready = any(c.get("type") == "Ready" and c.get("status") == "True" for c in status.get("conditions", []))
    return None if ready else f"its phase is {status.get('phase', 'not reported')} and it is not ready"


def _replicas(live: Json) -> str | None:
    wanted = live.get("spec", {}).get("replicas")
    return _behind(live) or _counts(live, wanted, "replicas", "readyReplicas", "availableReplicas")


def _claim(live: Json) -> str | None:
    phase = live.get("status", {}).get("phase")
    # a claim that waits for its first consumer is Pending by design; the pod that needs it says so itself
    return "its volume is lost" if phase == "Lost" else None


_JUDGES: Mapping[tuple[str, str], Callable[[Json], str | None]] = {
    ("apps", "Deployment"): _deployment,
    ("apps", "StatefulSet"): _stateful_set,
    ("apps", "DaemonSet"): _daemon_set,
    ("apps", "ReplicaSet"): _replicas,
    ("batch", "Job"): _job,
    ("v1", "Pod"): _pod,
    ("v1", "ReplicationController"): _replicas,
    ("v1", "PersistentVolumeClaim"): _claim,
}
