"""What every step needs to know of a Kubernetes object: where it is found, and the version it carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from delivery.instances import SecretKeyRef

VERSION = "prodvana.io/version"
"""The annotation that says which version of its service an object belongs to."""
MANIFESTS = "prodvana.io/manifests"
"""The annotation with the manifests digest of its instance: the same version may come with other constants."""
HURRY = "pulumi.com/skipAwait"
"""The provider's annotation for an object that nobody waits for."""
MANAGER, FORCE = "pulumi.com/patchFieldManager", "pulumi.com/patchForce"
"""The provider's annotations that say under which name an object is applied, and that the tree has the last word."""
RESTORED = "prodvana.io/restored"
"""The annotation of an object that is put back: a difference, so that the engine has it applied."""
STAGE = "prodvana.io/stage"
"""The annotation of what a protection brings: when its Jobs run."""
CHECKED = "prodvana.io/checked"
"""The annotation of a protection's pods with a digest of what they check: another digest, another run."""
APPLICATION, SERVICE, CHANNEL = "prodvana.io/application", "prodvana.io/service", "prodvana.io/release-channel"
"""The labels that say which instance owns an object."""


class ObjectKey(Struct, frozen=True):
    """How one object is found in a cluster."""

    api_version: str
    kind: str
    namespace: str
    """Empty for cluster-scoped objects."""
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


def key(found: Mapping[str, Any]) -> ObjectKey:
    """Return how an object is found in its cluster."""
    metadata = found["metadata"]
    return ObjectKey(found["apiVersion"], found["kind"], metadata.get("namespace", ""), metadata["name"])


def keys(found: Iterable[Mapping[str, Any]]) -> tuple[ObjectKey, ...]:
    """Return the keys of objects, in their order."""
    return tuple(map(key, found))


def former(now: Iterable[Mapping[str, Any]], before: Iterable[Mapping[str, Any]]) -> dict[ObjectKey, str]:
    """Return, by the key that each has now, the apiVersion of the objects that had another one of the same group before."""
    known = {place(one): one["apiVersion"] for one in before}
    return {key(one): known[place(one)] for one in now if known.get(place(one), one["apiVersion"]) != one["apiVersion"]}


def place(found: Mapping[str, Any]) -> tuple[str, ...]:
    """Return (group, kind, namespace, name): what makes two manifests one object, whatever version each asks for."""
    group, slash, _ = found["apiVersion"].rpartition("/")
    return group if slash else "", found["kind"], found["metadata"].get("namespace", ""), found["metadata"]["name"]


def bare(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return a registered object as its bundle has it: without the annotations that it gets on its way to the cluster."""
    added = {VERSION, MANIFESTS, HURRY, MANAGER, FORCE, RESTORED}
    metadata = dict(found["metadata"])
    kept = {name: value for name, value in (metadata.pop("annotations", None) or {}).items() if name not in added}
    return {**found, "metadata": {**metadata, **({"annotations": kept} if kept else {})}}


def stage(found: Mapping[str, Any]) -> str | None:
    """Return at which stage of a release an object of a protection is wanted, None for the service's own objects."""
    value = (found.get("metadata", {}).get("annotations") or {}).get(STAGE)
    return value if isinstance(value, str) else None


def variable(name: str, value: str | SecretKeyRef) -> dict[str, Any]:
    """Return an environment variable as a container lists it."""
    if isinstance(value, SecretKeyRef):
        return {"name": name, "valueFrom": {"secretKeyRef": {"name": value.secret, "key": value.key}}}
    return {"name": name, "value": value}


def version(found: Mapping[str, Any]) -> str | None:
    """Return the version that an object carries, None where it carries none."""
    value = found.get("metadata", {}).get("annotations", {}).get(VERSION)
    return value if isinstance(value, str) else None
