"""RENDER: a service instance's templates to the objects that it would apply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from msgspec import Struct

from delivery import objects
from delivery.instances import Check, ManifestFile, ServiceInstance, Task
from delivery.manifests import documents, environment, guards, kinds, mounts, ownership, patches, shape, sources
from delivery.manifests.collisions import Identity
from delivery.manifests.collisions import identity as identify
from delivery.manifests.places import Place, Text
from delivery.manifests.rendered import KubernetesObject, Rendered
from delivery.problems import Problem, Refused


class _Found(Struct):
    """An object on its way, and its place."""

    value: Any
    place: Place

    def problem(self, what: str, fix: str) -> Problem:
        return Problem(self.place.spot, what, fix)


def render(instance: ServiceInstance) -> Rendered:
    """Return the objects of an instance, without the version annotation, in the order in which they are applied.

    A function of the instance alone. Raises Refused with everything that is wrong, each at its place in the manifests.
    """
    problems: list[Problem] = []
    own = _own(instance, _templated(instance, problems), problems)
    found = list(own)
    for check in instance.checks if not problems else ():
        if isinstance(check.does, Task):
            found += _guards(instance, check, check.does, own, problems)
    _once(found, problems)
    if problems:
        raise Refused(problems)
    found.sort(key=lambda one: kinds.rank(one.value["kind"]))
    return Rendered(tuple(one.value for one in found), tuple(one.place for one in found))


def _templated(instance: ServiceInstance, problems: list[Problem]) -> list[_Found]:
    """Return the objects that the manifests of an instance make, before they are anybody's."""
    given = sources.data(instance)
    values = shape.doubtful(instance)
    found: list[_Found] = []
    for text in sources.texts(instance, given, problems):
        shaped = shape.problems(text, instance, values)
        problems += shaped
        if not shaped:
            found += _load(text, problems)
    found = [one for one in found if _complain(problems, one, ownership.named(one.value))]
    if instance.patches and not problems:
        problems += patches.apply(instance, [one.value for one in found])
        found = [one for one in found if _complain(problems, one, ownership.named(one.value))]
    return found


def _guards(
    instance: ServiceInstance, check: Check, task: Task, own: Iterable[_Found], problems: list[Problem]
) -> list[_Found]:
    """Return what a check runs beside an instance's own objects, marked with its stage and with what it checks."""
    seen, wrong = guards.as_seen_by(instance, task), list[Problem]()
    if task.job:
        at = Place(Text(ManifestFile(check.at.file, "", check.at.line), ""), 1, 1)
        found = [_Found(deepcopy(dict(task.job)), at)]
    else:
        found = _templated(seen, wrong)
    found = _own(seen, found, wrong)
    for one in found:
        _complain(wrong, one, guards.allowed(check, one.value))
    brought = [one.value for one in found]
    if not wrong:
        wrong += guards.without_job(check, brought)
    if not wrong:
        guards.mark(check, task, brought, [one.value for one in own])
    problems += wrong
    return found


def with_version(found: Iterable[Mapping[str, Any]], version: str) -> tuple[KubernetesObject, ...]:
    """Return objects with the annotation that says which version of its service each belongs to.

    Pod templates get none: pods must not restart because something beside them changed. The given objects stay as they are.
    """
    return tuple(_annotated(one, version) for one in found)


def _annotated(found: Mapping[str, Any], version: str) -> KubernetesObject:
    metadata = found["metadata"]
    annotations = {**(metadata.get("annotations") or {}), objects.VERSION: version}
    return {**found, "metadata": {**metadata, "annotations": annotations}}


def _load(text: Text, problems: list[Problem]) -> Iterator[_Found]:
    loaded, errors = documents.load(text.text)
    problems += [text.problem(one.line, one.column, one.what, one.fix) for one in errors]
    for document in loaded:
        place = Place(text, document.line, document.number)
        for value in documents.items(document.value):
            yield _Found(value, place)


def _complain(problems: list[Problem], found: _Found, wrong: Iterable[ownership.Complaint]) -> bool:
    said = [found.problem(what, fix) for what, fix in wrong]
    problems += said
    return not said


def _own(instance: ServiceInstance, found: list[_Found], problems: list[Problem]) -> list[_Found]:
    """Give objects their namespace, labels and environment, in place."""
    clusterwide = {scope for one in found for scope in kinds.cluster_scoped_by(one.value)}
    brought = mounts.brought(one.value for one in found)
    added = environment.entries(instance)
    for one in found:
        if _complain(problems, one, ownership.claim(instance, one.value, clusterwide)):
            environment.inject(one.value, added)
            _complain(problems, one, mounts.complaints(instance, one.value, brought))
    return found


def _once(found: Iterable[_Found], problems: list[Problem]) -> None:
    first: dict[Identity, _Found] = {}
    for one in found:
        identity = identify(one.value)
        if first.setdefault(identity, one) is not one:
            what = f"{identity[1]} {identity[3]!r} is here twice, first at {first[identity].place.spot}"
            problems.append(one.problem(what, "remove or rename one of them"))
