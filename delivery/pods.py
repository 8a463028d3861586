"""The pods of a workload: whether all are of its present template, ready, and since when they are as they are.

The counts in a workload's status say less than its pods: they know nothing of restarts, nor of pods that an old template
left behind and that still answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from delivery import moments
from delivery.moments import Nonsense

Json = Mapping[str, Any]
Owner = tuple[str, str, str]
"""Kind, namespace and name."""
REVISION = "deployment.kubernetes.io/revision"
"""The annotation by which a Deployment knows its ReplicaSets."""


class Pods(Struct, frozen=True):
    """What the pods of one workload say together."""

    ailment: str | None = None
    settled: datetime | None = None
    """The newest moment at which one of them changed; None where one does not say."""
    restarted: datetime | None = None
    """When a container last started again; None where none has."""


def by_owner(pods: Iterable[Json], replica_sets: Iterable[Json]) -> Mapping[Owner, tuple[tuple[Json, Json | None], ...]]:
    """Return pods by the workload they belong to, each with its ReplicaSet where there is one between them."""
    sets = {(one["metadata"]["namespace"], one["metadata"]["name"]): one for one in replica_sets}
    found: dict[Owner, list[tuple[Json, Json | None]]] = {}
    for pod in pods:
        namespace, owner, between = pod["metadata"]["namespace"], _controller(pod), None
        if owner and owner[0] == "ReplicaSet":
            between = sets.get((namespace, owner[1]))
            owner = (_controller(between) if between else None) or owner
        if owner:
            found.setdefault((owner[0], namespace, owner[1]), []).append((pod, between))
    return {owner: tuple(some) for owner, some in found.items()}


def judge(workload: Json, own: Sequence[tuple[Json, Json | None]]) -> Pods:
    """Return what the pods of a Deployment, StatefulSet or DaemonSet say. A fact that is missing is an ailment."""
    try:
        ailment = next(_ailments(workload, own), None)
        restarts = [moment for pod, _ in own for moment in _restarts(pod)]
        return Pods(ailment, moments.newest([_settled(pod) for pod, _ in own]), max(restarts, default=None))
    except Nonsense as wrong:
        return Pods(str(wrong))


def _controller(found: Json) -> tuple[str, str] | None:
    owners = found["metadata"].get("ownerReferences") or ()
    return next(((one["kind"], one["name"]) for one in owners if one.get("controller")), None)


def _ailments(workload: Json, own: Sequence[tuple[Json, Json | None]]) -> Iterator[str]:
    ready = 0
    for pod, between in own:
        name = pod["metadata"]["name"]
        if _is_old(workload, pod, between):
            yield f"pod {name} of an old template is still there"
        elif not pod["metadata"].get("deletionTimestamp"):
            yield from _strangers(workload, pod)
            ready += _is_ready(pod)
    wanted = _wanted(workload)
    if ready != wanted:
        yield f"{ready} of {wanted} pods are ready"


def _strangers(workload: Json, pod: Json) -> Iterator[str]:
    """Yield which containers of a pod run another image than their workload has: a pod can be edited in place.

    The same digest from elsewhere is the same image: clusters with a mirror of their own rewrite where pods get it.
    """
    template = workload.get("spec", {}).get("template", {}).get("spec", {})
    for kind in ("containers", "initContainers"):
        images = {one["name"]: one.get("image") for one in pod.get("spec", {}).get(kind) or ()}
        for one in template.get(kind) or ():
            if _content(found := images.get(one["name"])) != _content(one.get("image")):
                yield f"container {one['name']} of pod {pod['metadata']['name']} runs {found}, not {one.get('image')}"


def _content(image: object) -> str:
    return str(image).rpartition("@")[2]


def _wanted(workload: Json) -> object:
    if workload["kind"] == "DaemonSet":
        return workload.get("status", {}).get("desiredNumberScheduled")
    return workload.get("spec", {}).get("replicas")


def _is_old(workload: Json, pod: Json, between: Json | None) -> bool:
    match workload["kind"]:
        case "Deployment":
            now = (workload["metadata"].get("annotations") or {}).get(REVISION)
            own = ((between or {}).get("metadata", {}).get("annotations") or {}).get(REVISION)
            return now is None or own != now
        case "StatefulSet":
            now = workload.get("status", {}).get("updateRevision")
            return now is None or (pod["metadata"].get("labels") or {}).get("controller-revision-hash") != now
        case _:
            # a DaemonSet's `updatedNumberScheduled` counts what is of its present template
            return False


def _is_ready(pod: Json) -> bool:
    conditions = pod.get("status", {}).get("conditions") or ()
    return any(one.get("type") == "Ready" and one.get("status") == "True" for one in conditions)


def _settled(pod: Json) -> datetime | None:
    """Return the newest moment of a pod: when it got ready, and when its containers started."""
    status = pod.get("status", {})
    ready = [one.get("lastTransitionTime") for one in status.get("conditions") or () if one.get("type") == "Ready"]
    started = [((one.get("state") or {}).get("running") or {}).get("startedAt") for one in _containers(pod)]
    return moments.newest([moments.read(one) for one in (*(ready or [None]), *started)])


def _restarts(pod: Json) -> Iterator[datetime]:
    for one in _containers(pod):
        if one.get("restartCount"):
            ended = ((one.get("lastState") or {}).get("terminated") or {}).get("finishedAt")
            started = ((one.get("state") or {}).get("running") or {}).get("startedAt")
            known = [moment for moment in map(moments.read, (ended, started)) if moment is not None]
            if not known:
                raise Nonsense(f"a container of pod {pod['metadata']['name']} restarted, and nobody says when")
            yield max(known)


def _containers(pod: Json) -> Sequence[Json]:
    return pod.get("status", {}).get("containerStatuses") or ()
