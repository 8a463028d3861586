"""Health: what a live object must say of itself before anybody calls it stable.

Every fact has to be there. A status field that is missing is read as "not yet", never as zero or as fine: controllers
fill them in only once they have looked (kubernetes#31319, kargo#41, argo-rollouts#771 are what happens otherwise).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from delivery import moments, objects, pods
from delivery.facts import LiveObject
from delivery.moments import Nonsense
from delivery.pods import Pods

Json = Mapping[str, Any]
WITH_PODS = frozenset({("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "DaemonSet")})
"""(group, kind) of the workloads whose pods are looked at."""


def look(live: Json, own: Sequence[tuple[Json, Json | None]] = ()) -> LiveObject:
    """Return what a live object says of itself; `own` are its pods, where it is a workload, each with its ReplicaSet."""
    # a Job says itself what became of its pods, and one that has ended will not be ready again
    own = own if _kind(live) in WITH_PODS else ()
    said = pods.judge(live, own) if _kind(live) in WITH_PODS else Pods()
    annotations = live.get("metadata", {}).get("annotations") or {}
    digest = annotations.get(objects.MANIFESTS)
    try:
        applied, changed = _applied(live), _changed(live)
    except Nonsense as wrong:
        applied, changed, said = None, None, Pods(str(wrong))
    settled = [applied, changed, said.settled] if own else [applied, changed]
    return LiveObject(
        version=objects.version(live),
        ailment=ailment(live) or said.ailment,
        manifests=digest if isinstance(digest, str) else None,
        has_failed=_has_failed(live),
        applied=applied,
        settled=moments.newest(settled),
        restarted=said.restarted,
    )


def _kind(live: Json) -> tuple[str, str]:
    group, slash, _ = str(live.get("apiVersion", "")).rpartition("/")
    return group if slash else "", str(live.get("kind", ""))


def _applied(live: Json) -> datetime | None:
    """Return when somebody last changed what is wanted; controllers write into `status`, a subresource."""
    metadata = live.get("metadata", {})
    written = [moments.read(one.get("time")) for one in metadata.get("managedFields") or () if not one.get("subresource")]
    return moments.newest([moments.read(metadata.get("creationTimestamp")), *written])


def _changed(live: Json) -> datetime | None:
    """Return when the status last got to where it is; for kinds that tell nothing of it, when they were applied."""
    status = live.get("status") or {}
    told = [one.get(field) for one in status.get("conditions") or () for field in ("lastTransitionTime", "lastUpdateTime")]
    ended = status.get("completionTime")
    known = [moment for moment in map(moments.read, (*told, ended)) if moment is not None]
    return max(known) if known else _applied(live)


def _has_failed(live: Json) -> bool:
    """Return whether the cluster itself has given up: a rollout past its deadline, a Job without attempts left."""
    wrong = {("apps", "Deployment"): ("Progressing", "False"), ("batch", "Job"): ("Failed", "True")}.get(_kind(live))
    conditions = (live.get("status") or {}).get("conditions") or ()
    return any((one.get("type"), one.get("status")) == wrong for one in conditions)


def ailment(live: Json) -> str | None:
    """Return why a live object is not healthy, or None when all that its kind must show is there.

    Kinds that have no status worth judging are healthy by being there and not on their way out.
    """
    if live.get("metadata", {}).get("deletionTimestamp"):
        return "it is being deleted"
    judge = _JUDGES.get((str(live.get("apiVersion", "")).split("/")[0], str(live.get("kind", ""))))
    return judge(live) if judge else None


def unsettled(live: Json) -> str | None:
    """Return why a live object is not yet what was last asked of it, or None where it is.

    More than its ailment: kinds that nobody here knows may say which change their controller has seen, too.
    """
    says_what_it_saw = "observedGeneration" in (live.get("status") or {})
    return ailment(live) or (_behind(live) if says_what_it_saw else None)


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
