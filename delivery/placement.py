"""Where a service goes in one channel: its runtime, the stack that owns it, the namespace."""

from __future__ import annotations

import re

from msgspec import Struct

from delivery import layers, runtimes
from delivery.instances import Runtime
from delivery.problems import Problem, Refused
from delivery.shapes.application import ApplicationConfig
from delivery.shapes.channel import ReleaseChannelConfig, ReleaseChannelRuntimeConfig
from delivery.shapes.service import PerReleaseChannelConfig, ServiceConfig
from delivery.tree import Tree
from delivery.variables import fill, variables

NAMESPACE_LENGTH = 63
"""Kubernetes' limit for the name of a namespace."""
_NAMESPACE = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


class Place(Struct, frozen=True):
    """Where a service goes in one channel."""

    stack: str
    runtime: Runtime
    namespace: str
    owns_namespace: bool


def place(
    tree: Tree,
    application: ApplicationConfig,
    channel: ReleaseChannelConfig,
    service: ServiceConfig,
    own: PerReleaseChannelConfig | None,
) -> Place:
    """Return where a service goes. Raises Refused where that is nowhere, or not one place."""
    chosen = _connection(channel, service, (own.runtime_connection if own else None) or service.runtime_connection)
    found = runtimes.find(tree, chosen.runtime)
    assert found is not None, "the checks refuse a runtime that nobody declares"
    namespace = _custom_namespace(channel, chosen, found.runtime)
    if namespace is not None:
        return Place(found.stack, found.runtime, namespace, owns_namespace=False)
    made = f"pvn-{application.name}-rc-{channel.name}"
    if len(made) > NAMESPACE_LENGTH:
        what = f"the namespace {made!r} has {len(made)} characters, Kubernetes allows {NAMESPACE_LENGTH}"
        fix = "shorten the application or the channel, or name a namespace: containerOrchestration: {k8s: {namespace: …}}"
        raise Refused([Problem(chosen.at, what, fix)])
    return Place(found.stack, found.runtime, made, owns_namespace=True)


def _connection(channel: ReleaseChannelConfig, service: ServiceConfig, wanted: str) -> ReleaseChannelRuntimeConfig:
    fitting = [one for one in channel.runtimes if not wanted or wanted in (one.name, one.runtime)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(sorted(one.name or one.runtime for one in channel.runtimes)) or "none"
    what = f"service {service.name!r} fits {len(fitting)} of the runtimes of channel {channel.name!r} ({names})"
    fix = f"say which one: `runtimeConnection:` in the service, or a `perReleaseChannel` entry for {channel.name!r}"
    raise Refused([Problem(service.at, what, fix)])


def _custom_namespace(channel: ReleaseChannelConfig, chosen: ReleaseChannelRuntimeConfig, runtime: Runtime) -> str | None:
    """Return the namespace that the channel names, its template filled in; None where it names none. Raises Refused."""
    k8s = chosen.container_orchestration.k8s if chosen.container_orchestration else None
    if k8s is None:
        return None
    at = k8s.spot("namespace")
    name = k8s.namespace
    if "{{" in name:
        name = fill(name, variables(channel.name, runtime, {}, layers.constants_of(channel)), at)
    if len(name) > NAMESPACE_LENGTH or not _NAMESPACE.fullmatch(name):
        fix = f"write lower-case letters, digits and dashes, 1 to {NAMESPACE_LENGTH} of them, no dash first or last"
        raise Refused([Problem(at, f"{name!r} cannot be the name of a namespace", fix)])
    return name
