"""What a protection runs beside a service: Jobs, with what they need, that run again when what they check is another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from delivery import canonical, objects
from delivery.instances import Check, ServiceInstance, Task
from delivery.manifests import kinds
from delivery.manifests.ownership import Complaint
from delivery.problems import Problem
from delivery.structs import replace

_JOB = ("batch", "Job")


def as_seen_by(instance: ServiceInstance, task: Task) -> ServiceInstance:
    """Return the instance as the manifests of a task see it: with the parameters and the environment of the protection."""
    return replace(
        instance,
        manifests=task.manifests,
        patches=task.patches,
        parameters=task.parameters,
        env=task.env,
        injects_env=task.injects_env,
        checks=(),
    )


def allowed(check: Check, found: Mapping[str, Any]) -> Iterator[Complaint]:
    """Yield why a protection may not bring an object."""
    scope = (kinds.group(found["apiVersion"]), found["kind"])
    if scope in kinds.POD_SPECS and scope != _JOB:
        what = f"protection {check.name!r} brings a {found['kind']}, and only a Job ends and says how"
        yield what, "make it a Job, or let the service bring it"
    spec = found.get("spec")
    if scope == _JOB and not (isinstance(spec, Mapping) and isinstance(spec.get("template"), Mapping)):
        yield "the Job has no template of a pod", "write spec: {template: {spec: {containers: […]}}}"


def without_job(check: Check, found: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """Yield the problem of a protection that runs nothing, and so would let everything through."""
    if not any(map(_is_job, found)):
        what = f"protection {check.name!r} brings no Job, so nothing would ever fail"
        yield Problem(check.at, what, "add a Job to its manifests: it passes by ending with 0")


def mark(check: Check, task: Task, found: Sequence[dict[str, Any]], own: Sequence[Mapping[str, Any]]) -> None:
    """Mark what a protection brings with its stage, and the pods of its Jobs with what they check, in place.

    A Job's pod template cannot be changed, so a Job with another digest replaces the one before and runs anew; one with the
    same digest stays as it ended. `own` are the objects of the service itself.
    """
    around = [*own, *(one for one in found if not _is_job(one))]
    checked = canonical.digest(canonical.text([sorted(map(canonical.text, around)), task.attempt]))
    for one in found:
        _annotate(one, objects.STAGE, check.stage.value)
        if _is_job(one):
            _annotate(one["spec"]["template"], objects.CHECKED, checked)


def _is_job(found: Mapping[str, Any]) -> bool:
    return (kinds.group(found["apiVersion"]), found["kind"]) == _JOB


def _annotate(found: dict[str, Any], name: str, value: str) -> None:
    metadata = found.get("metadata") or {}
    found["metadata"] = {**metadata, "annotations": {**(metadata.get("annotations") or {}), name: value}}
