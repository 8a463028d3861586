"""The `patches` of a service: replace one value in every object that the target matches, after templating."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from delivery.instances import Patch, ServiceInstance
from delivery.manifests import kinds
from delivery.problems import Problem


def apply(instance: ServiceInstance, objects: Iterable[dict[str, Any]]) -> list[Problem]:
    """Patch objects in place, in the order of the patches. Returns what is wrong with the patches.

    As JSON-6902 says, `replace` needs a value to replace: a path that an object lacks is a problem, and so is a patch that
    matches nothing.
    """
    problems: list[Problem] = []
    found = list(objects)
    for patch in instance.patches:
        matched = [one for one in found if matches(patch, one, instance.namespace)]
        if not matched:
            what = f"the patch of {patch.path!r} matches no object of {instance.id}"
            problems.append(Problem(patch.at, what, _known(found)))
        for one in matched:
            try:
                replace(one, patch.path, patch.value)
            except LookupError as wrong:
                what = f"{one['kind']} {one['metadata']['name']!r} has nothing at {patch.path!r}: {wrong}"
                fix = "write the value in the manifest first, or narrow the patch's target"
                problems.append(Problem(patch.at, what, fix))
    return problems


def matches(patch: Patch, found: Mapping[str, Any], namespace: str) -> bool:
    """Return whether a patch is meant for an object; an empty part of the target matches all."""
    api_version, metadata = found["apiVersion"], found["metadata"]
    parts = (
        (patch.group, kinds.group(api_version)),
        (patch.version, api_version.rpartition("/")[2]),
        (patch.kind, found["kind"]),
        (patch.name, metadata["name"]),
        (patch.namespace, metadata.get("namespace") or namespace),
    )
    return all(not wanted or wanted == has for wanted, has in parts)


def replace(found: dict[str, Any], path: str, value: str | int) -> None:
    """Replace the value at a JSON pointer. Raises LookupError, saying which part leads nowhere."""
    if not path.startswith("/"):
        raise LookupError("a path begins with `/`")
    *steps, last = (step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/"))
    at: Any = found
    for step in steps:
        at = at[_index(at, step)]
    at[_index(at, last)] = value


def _index(at: Any, step: str) -> Any:
    if isinstance(at, dict):
        if step not in at:
            raise LookupError(f"there is no `{step}`")
        return step
    if not isinstance(at, list):
        raise LookupError(f"`{step}` is looked for in a plain value")
    if not (step == "0" or (step.isascii() and step.isdigit() and step[0] != "0")):
        raise LookupError(f"`{step}` is no index of a list")
    if int(step) >= len(at):
        raise LookupError(f"the list has {len(at)} items, no item {step}")
    return int(step)


def _known(objects: Iterable[Mapping[str, Any]]) -> str:
    names = sorted(f"{one['kind']} {one['metadata']['name']}" for one in objects)
    return f"the objects are: {', '.join(names)}" if names else "there are no objects: add manifests"
