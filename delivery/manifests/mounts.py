"""Volumes of the Secrets Store CSI driver: what the pods of an object mount, and what they would have to.

The driver reads a secret under the service account of the pod that mounts it, and keeps the Kubernetes Secret only while
such a pod is there. A pod that names a Secret without mounting its class may start today, and not after the next restart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from delivery.instances import ServiceInstance
from delivery.manifests import environment, kinds
from delivery.manifests.ownership import Complaint

ACCOUNT = "pvn-secrets"
"""The service account in each namespace whose token stands for the namespace before the cloud."""
DRIVER = "secrets-store.csi.k8s.io"
_CLASS = ("secrets-store.csi.x-k8s.io", "SecretProviderClass")


def brought(found: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the names of the classes that are among objects: their author's business."""
    own = (one for one in found if (kinds.group(one["apiVersion"]), one["kind"]) == _CLASS)
    return frozenset(one["metadata"]["name"] for one in own)


def classes(found: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the names of the classes that the pods of objects mount and that are not among the objects themselves."""
    objects = list(found)
    return frozenset(name for one in objects for name in _mounted(environment.pod_spec(one))) - brought(objects)


def complaints(
    instance: ServiceInstance, found: Mapping[str, Any], brought: frozenset[str] = frozenset()
) -> Iterator[Complaint]:
    """Yield why the pods of an object would not get the secrets that they name, on the runtime of the instance.

    `brought` are the classes that the instance brings itself.
    """
    pod, given = environment.pod_spec(found), instance.secrets.names - brought
    mounted, who = frozenset(_mounted(pod)), f"{found['kind']} {found['metadata']['name']!r}"
    runtime = f"{instance.runtime.name!r} ({instance.stack})"
    if not instance.secrets.are_mounted:
        for name in sorted(given & mounted):
            what = f"{who} mounts the class {name!r}, and on {runtime} the External Secrets Operator brings that Secret"
            yield what, "take the volume out, or write `secretsDelivery: csi-driver` at the runtime"
        return
    for name in sorted((given & frozenset(_named(pod))) - mounted):
        what = f"{who} names Secret {name!r}, which on {runtime} is there only for pods that mount it"
        volume = f"csi: {{driver: {DRIVER}, readOnly: true, volumeAttributes: {{secretProviderClass: {name}}}}}"
        yield what, f"add `volumes: [{{name: {name}, {volume}}}]`, and `volumeMounts` of it to a container"
    account = pod.get("serviceAccountName") or pod.get("serviceAccount") or "default"
    if given & mounted and account != ACCOUNT:
        what = f"{who} mounts secrets as service account {account!r}, and on {runtime} {ACCOUNT!r} is let read them"
        yield what, f"write `serviceAccountName: {ACCOUNT}` in the pod's spec"


def _mounted(pod: Mapping[str, Any]) -> Iterator[str]:
    """Yield the classes of a pod's volumes that a container mounts: Kubernetes leaves the others alone."""
    used = {one.get("name") for each in _containers(pod) for one in _maps(each.get("volumeMounts"))}
    for volume in _maps(pod.get("volumes")):
        match volume:
            case {"name": name, "csi": {"driver": driver, "volumeAttributes": {"secretProviderClass": str(found)}}}:
                if driver == DRIVER and name in used:
                    yield found


def _named(pod: Mapping[str, Any]) -> Iterator[str]:
    """Yield the Secrets that a pod cannot start without: in its environment, or as volumes."""
    for container in _containers(pod):
        yield from _names(container.get("env"), "valueFrom", "secretKeyRef", "name")
        yield from _names(container.get("envFrom"), "secretRef", "name")
    yield from _names(pod.get("volumes"), "secret", "secretName")
    for volume in _maps(pod.get("volumes")):
        projected = volume.get("projected")
        if isinstance(projected, Mapping):
            yield from _names(projected.get("sources"), "secret", "name")


def _names(listed: Any, *path: str) -> Iterator[str]:
    for found in _maps(listed):
        value: Any = found
        for step in path:
            value = value.get(step) if isinstance(value, Mapping) else None
        if isinstance(value, str):
            yield value


def _containers(pod: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from _maps(pod.get("initContainers"))
    yield from _maps(pod.get("containers"))


def _maps(listed: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(listed, list):
        yield from (one for one in listed if isinstance(one, Mapping))
