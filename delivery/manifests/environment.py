"""The environment that containers get: who they are, and what channel and service say.

What the manifest itself sets for a name stays: it stands beside the container that reads it and is the most specific
statement there is (docs/precedence.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from delivery import objects
from delivery.instances import ServiceInstance
from delivery.manifests import kinds

CHANNEL, SERVICE = "PVN_RELEASE_CHANNEL", "PVN_SERVICE"


def entries(instance: ServiceInstance) -> list[tuple[str, dict[str, Any]]]:
    """Return the names and entries that an instance adds: its own two first, then the others by name."""
    if not instance.injects_env:
        return []
    own = {CHANNEL: instance.channel, SERVICE: instance.service}
    given = {**own, **dict(sorted(instance.env.items()))}
    return [(name, objects.variable(name, value)) for name, value in given.items()]


def inject(found: dict[str, Any], added: list[tuple[str, dict[str, Any]]]) -> None:
    """Add entries to the containers and init containers of a workload; anything else is left as it is.

    They come before the manifest's own, so that those may say `$(PVN_SERVICE)`.
    """
    if not added:
        return
    for container in containers(found):
        own = container.get("env")
        if own is None:
            own = []
        if not isinstance(own, list):
            continue  # the API server will say so, with the field's path
        names = {one.get("name") for one in own if isinstance(one, Mapping)}
        container["env"] = [deepcopy(entry) for name, entry in added if name not in names] + own


def containers(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the containers of a workload that Kubernetes itself knows, init containers first."""
    for field in ("initContainers", "containers"):
        listed = pod_spec(found).get(field)
        if isinstance(listed, list):
            yield from (one for one in listed if isinstance(one, dict))


def pod_spec(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return how the pods of a workload that Kubernetes itself knows shall be; nothing where it has none."""
    path = kinds.POD_SPECS.get((kinds.group(found["apiVersion"]), found["kind"]))
    pod: Any = found if path else None
    for step in path or ():
        pod = pod.get(step) if isinstance(pod, Mapping) else None
    return pod if isinstance(pod, Mapping) else {}
