"""MAKE: a stack's runtimes and registries, the objects of its plan, and the outputs that its next update starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi

import components.foundation
from components import secrets
from components.foundation import Place
from components.interfaces import Account, ReadsSecrets
from components.namespace import namespace
from components.service_instance import ServiceInstance, ServiceInstanceArgs
from delivery import manifests, objects
from delivery.canonical import short
from delivery.foundations import Foundation
from delivery.namespaces import Namespace
from delivery.plan import Action, Plan, Step
from delivery.records import Record
from delivery.references import references
from delivery.supply import Supply


def make(
    foundation: Foundation,
    plan: Plan,
    namespaces: Sequence[Namespace],
    root: Path,
    supply: Supply,
    vouched: Mapping[str, str] | None = None,
    entered: Mapping[str, Account] | None = None,
) -> dict[str, Any]:
    """Register everything that a stack consists of and return its outputs, a signed word for its stability among them."""
    base = components.foundation.make(foundation, root, supply, entered or {})
    spaces = {(one.runtime, one.name): _namespace(one, base.places[one.runtime]) for one in namespaces}
    _secrets(foundation, plan, base.places, spaces)
    applied = {step.candidate.instance.id: _instance(step, base.places, spaces) for step in plan.steps if step.bundle}
    return {
        "services": {step.candidate.instance.id: _said(step) for step in plan.steps},
        **base.outputs,
        "releases": {s.candidate.instance.id: _record(s, applied[s.candidate.instance.id]) for s in plan.steps if s.bundle},
        # the objects of every service on every update would bury what a person wants to see
        "manifests": pulumi.Output.secret(dict(plan.texts)),
        "namespaces": {one.id: one.channel for one in namespaces if not one.is_leaving},
        **({"stability": dict(vouched)} if vouched else {}),
    }


def _namespace(one: Namespace, place: Place) -> pulumi.Resource:
    is_protected = place.is_protected and not one.is_leaving
    return namespace(one.runtime, one.name, place.provider, place.runtime.cluster, is_protected=is_protected)


def _secrets(
    foundation: Foundation,
    plan: Plan,
    places: Mapping[str, Place],
    namespaces: Mapping[tuple[str, str], pulumi.Resource],
) -> None:
    for (runtime, name), reading in references(foundation.clusters, plan.steps).items():
        place = places[runtime]
        assert isinstance(place.runtime, ReadsSecrets), "only such runtimes have a field for it"
        access = place.runtime.reads(name, reading.names)
        made = namespaces.get((runtime, name))
        where = secrets.Namespace(runtime=runtime, name=name, provider=place.provider, made=made)
        secrets.make(where, access, reading)


def _instance(
    step: Step, places: Mapping[str, Place], namespaces: Mapping[tuple[str, str], pulumi.Resource]
) -> ServiceInstance:
    assert step.bundle is not None
    assert step.record is not None
    place, instance, candidate_objects = places[step.bundle.runtime], step.candidate.instance, step.candidate.bundle.objects
    args = ServiceInstanceArgs(
        objects=manifests.with_version(step.bundle.objects, step.record.version),
        runtime=step.bundle.runtime,
        provider=place.provider,
        namespace=namespaces.get((step.bundle.runtime, step.bundle.namespace or "")),
        cluster=place.runtime.cluster,
        progress_deadline=instance.progress_deadline,
        keeps_objects=instance.keeps_objects,
        is_restored=step.is_restored,
        # what an interrupted update may have applied counts as well: a hold after it goes back to the older apiVersion
        former=objects.former(step.bundle.objects, (*candidate_objects, *(step.before.objects if step.before else ()))),
        version=step.record.version,
        digest=step.bundle.digest,
    )
    return ServiceInstance(instance.id, args)


def _record(step: Step, made: ServiceInstance) -> dict[str, Any]:
    """Return the history that the next update reads: `current` is written only once everything has applied."""
    current = made.applied.apply(lambda is_applied: _written(step.record if is_applied else step.last))
    kept = {"last": step.last, "previous": step.previous, "tried": step.tried, "failed": step.failed}
    return {"current": current, **{name: _written(record) for name, record in kept.items()}}


def _written(record: Record | None) -> str | None:
    return record.text if record else None


def _said(step: Step) -> str:
    """Return one line for people: what the instance runs, and what it waits for."""
    waits = ", ".join(answer.gate for answer in step.verdict.shut)
    match step.action:
        case Action.APPLY:
            return short(step.candidate.version)
        case Action.HOLD:
            assert step.record is not None
            return f"{short(step.record.version)}, {short(step.candidate.version)} waits for {waits}"
        case Action.WAIT:
            return f"{short(step.candidate.version)} waits for {waits}"
