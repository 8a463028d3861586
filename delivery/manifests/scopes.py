"""Custom resources without a namespace, where another service's CustomResourceDefinition says so."""

from __future__ import annotations

from collections.abc import Iterable

from delivery.instances import ServiceInstance
from delivery.manifests import kinds
from delivery.manifests.rendered import KubernetesObject, Rendered
from delivery.structs import replace

Pair = tuple[ServiceInstance, Rendered]
Scope = tuple[str, str, str, str]
"""(stack, runtime, API group, kind)."""


def settled(rendered: Iterable[Pair]) -> list[Pair]:
    """Return the same instances, with the namespace taken from objects whose kind has none on their runtime.

    `render` sees one instance and knows the definitions in it; this sees all. Without definitions nothing changes.
    """
    found = list(rendered)
    clusterwide = {
        (instance.stack, instance.runtime.name, *scope)
        for instance, one in found
        for candidate in one.objects
        for scope in kinds.cluster_scoped_by(candidate)
    }
    return [(instance, _settle(instance, one, clusterwide)) for instance, one in found] if clusterwide else found


def _settle(instance: ServiceInstance, rendered: Rendered, clusterwide: set[Scope]) -> Rendered:
    at = (instance.stack, instance.runtime.name)
    objects = tuple(
        _bare(one) if (*at, kinds.group(one["apiVersion"]), one["kind"]) in clusterwide else one for one in rendered.objects
    )
    return replace(rendered, objects=objects)


def _bare(found: KubernetesObject) -> KubernetesObject:
    return {**found, "metadata": {name: value for name, value in found["metadata"].items() if name != "namespace"}}
