"""Two owners of one object: the later update would undo the earlier, and removing one would remove both."""

from __future__ import annotations

from collections.abc import Iterable

from delivery.instances import ServiceInstance
from delivery.manifests import kinds
from delivery.manifests.rendered import KubernetesObject, Rendered
from delivery.problems import Problem

Identity = tuple[str, str, str, str]


def identity(found: KubernetesObject) -> Identity:
    """Return (group, kind, namespace, name): what makes two manifests one object, whatever version each asks for."""
    metadata = found["metadata"]
    return kinds.group(found["apiVersion"]), found["kind"], metadata.get("namespace", ""), metadata["name"]


def collisions(instances: Iterable[tuple[ServiceInstance, Rendered]]) -> list[Problem]:
    """Return a problem for each object that two instances on one runtime would own, at its place in the later one.

    Instances may be of any application, channel and stack. A Namespace that is made for some channel counts as owned.
    """
    given = list(instances)
    problems: list[Problem] = []
    owners: dict[tuple[str, str, Identity], ServiceInstance] = {}
    made = {
        (one.stack, one.runtime.name, ("", "Namespace", "", one.namespace)): one for one, _ in given if one.owns_namespace
    }
    for instance, rendered in given:
        for at, found in enumerate(rendered.objects):
            what = identity(found)
            place = (instance.stack, instance.runtime.name, what)
            if place in made:
                problems.append(_made(instance, made[place], rendered, at))
            elif owners.setdefault(place, instance) is not instance:
                problems.append(_owned(instance, owners[place], what, rendered, at))
    return problems


def _owned(instance: ServiceInstance, owner: ServiceInstance, found: Identity, rendered: Rendered, at: int) -> Problem:
    where = f"in namespace {found[2]!r} " if found[2] else ""
    what = f"{owner.id} and {instance.id} would both own {found[1]} {found[3]!r} {where}on runtime {instance.runtime.name!r}"
    if owner.channel != instance.channel and not found[2]:
        fix = "put `{{.Builtins.ReleaseChannel.Name}}` into its name, or leave it to one channel"
    elif owner.service != instance.service or owner.application != instance.application:
        fix = "rename it in one of the two, or give the channels namespaces of their own"
    else:
        fix = "give the channels namespaces of their own, or put `{{.Builtins.ReleaseChannel.Name}}` into its name"
    return Problem(rendered.spots[at], what, fix)


def _made(instance: ServiceInstance, owner: ServiceInstance, rendered: Rendered, at: int) -> Problem:
    what = (
        f"{instance.id} would own the namespace {owner.namespace!r}, which is made for channel "
        f"{owner.channel!r} of {owner.application!r}"
    )
    return Problem(rendered.spots[at], what, "remove this document")
