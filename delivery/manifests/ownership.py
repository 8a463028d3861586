"""Whose an object is: its namespace, its labels, and the objects that no service may bring."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from delivery import objects
from delivery.instances import ServiceInstance
from delivery.manifests import kinds, names

Complaint = tuple[str, str]
"""What is wrong, and the fix."""

_PREFIX = "prodvana.io/"


def named(found: Any) -> list[Complaint]:
    """Return why a document is no Kubernetes object that can be owned; nothing where it is one."""
    if not isinstance(found, dict):
        return [("the document is not a Kubernetes object", "write apiVersion, kind and metadata, or remove it")]
    wrong: list[Complaint] = [
        (f"the object has no {field}", f"add `{field}: …`")
        for field in ("apiVersion", "kind")
        if not (isinstance(found.get(field), str) and found[field])
    ]
    metadata = found.get("metadata")
    metadata = {} if metadata is None else metadata
    if not isinstance(metadata, dict):
        return [*wrong, ("metadata is not a mapping", "write `metadata: {name: …}`")]
    return wrong + _name(metadata) + _texts(metadata)


def _name(metadata: Mapping[str, Any]) -> list[Complaint]:
    name, namespace = metadata.get("name"), metadata.get("namespace")
    if not isinstance(namespace, str | None):
        return [(f"metadata.namespace is {json.dumps(namespace)}, not text", "quote it, or remove it")]
    if isinstance(name, str) and name:
        return []
    if name:
        return [(f"metadata.name is {json.dumps(name)}, not text", f'quote it: `name: "{name}"`')]
    if metadata.get("generateName"):
        what = "generateName makes a new object at every update, which nothing would own or remove"
        return [(what, "give the object a name: `metadata: {name: …}`")]
    return [("the object has no metadata.name", "add `metadata: {name: …}`")]


def _texts(metadata: Mapping[str, Any]) -> list[Complaint]:
    """Complain of labels and annotations that are not text, which kubectl refuses to read too."""
    wrong: list[Complaint] = []
    for field in ("labels", "annotations"):
        values = metadata.get(field) or {}
        if not isinstance(values, dict):
            wrong.append((f"metadata.{field} is not a mapping", "write `name: value` lines below it"))
            continue
        for key, value in values.items():
            if not isinstance(value, str | None):
                shown = json.dumps(value)
                wrong.append((f"metadata.{field} {key!r} is {shown}, and only text is allowed", f'quote it: "{shown}"'))
    return wrong


def allowed(instance: ServiceInstance, found: Mapping[str, Any]) -> list[Complaint]:
    """Return why an object, of any kind, may not be brought by an instance."""
    kind, name = found["kind"], found["metadata"]["name"]
    if wrong := names.problem(found):
        return [wrong]
    core = kinds.group(found["apiVersion"]) == ""
    if core and kind == "Secret" and (found.get("data") or found.get("stringData")):
        what = f"Secret {name!r} holds its data in the open: in git, in the plan and in the state"
        fix = "make the Secret outside (an ExternalSecret, a sealed one, by hand) and refer to it by secretKeyRef"
        return [(what, fix)]
    if core and kind == "Namespace" and name == instance.namespace:
        if instance.owns_namespace:
            return [(f"the namespace {name!r} is made for the release channel already", "remove this document")]
        what = f"{instance.service!r} would own the namespace {name!r} that it lives in, and take it along when it goes"
        return [(what, "make the namespace outside, or leave `namespace` out of the channel to get one made")]
    return _replicas(found)


def _replicas(found: Mapping[str, Any]) -> list[Complaint]:
    """Complain of a number of pods that no cluster takes: a parameter may be any number, and nobody else has looked yet."""
    spec = found.get("spec")
    count = spec.get("replicas") if isinstance(spec, dict) else None
    if (kinds.group(found["apiVersion"]), found["kind"]) not in kinds.POD_SPECS or not isinstance(count, int) or count >= 0:
        return []
    fix = "write 0 or more; where it comes from a parameter, release another value of that"
    return [(f"{found['kind']} {found['metadata']['name']!r} has {count} replicas", fix)]


def claim(instance: ServiceInstance, found: dict[str, Any], cluster_scoped: Collection[tuple[str, str]]) -> list[Complaint]:
    """Give an object its namespace and labels, in place. Returns what contradicts them.

    `cluster_scoped` are the (group, kind)s of custom resources without a namespace; Kubernetes' own are known.
    """
    wrong = allowed(instance, found)
    metadata = found["metadata"]
    scope = (kinds.group(found["apiVersion"]), found["kind"])
    own = metadata.get("namespace")
    if scope in kinds.CLUSTER_SCOPED or scope in cluster_scoped:
        if own:
            wrong.append((f"a {found['kind']} has no namespace, and this one names {own!r}", "remove metadata.namespace"))
    elif own and own != instance.namespace:
        what = f"the object is for the namespace {own!r}, but {instance.id} lives in {instance.namespace!r}"
        wrong.append((what, "remove metadata.namespace, or name the namespace in the release channel's runtime"))
    else:
        metadata["namespace"] = instance.namespace
    return wrong + _label(instance, metadata)


def _label(instance: ServiceInstance, metadata: dict[str, Any]) -> list[Complaint]:
    given = {
        objects.APPLICATION: instance.application,
        objects.SERVICE: instance.service,
        objects.CHANNEL: instance.channel,
    }
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    wrong = [
        (f"{key} is set to {value!r} by hand", f"remove it: {_PREFIX}… labels and annotations say who owns an object")
        for key, value in (*labels.items(), *annotations.items())
        if key.startswith(_PREFIX) and given.get(key) != value
    ]
    metadata["labels"] = {**labels, **given}
    if not annotations:
        metadata.pop("annotations", None)
    return wrong
