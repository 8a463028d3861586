"""Where a service goes in one channel: its runtime, the stack that owns it, the namespace."""

from __future__ import annotations

from dataclasses import dataclass

from delivery import runtimes
from delivery.instances import Runtime
from delivery.problems import Problem, Refused
from delivery.shapes import (
    ApplicationConfig,
    PerReleaseChannelConfig,
    ReleaseChannelConfig,
    ReleaseChannelRuntimeConfig,
    ServiceConfig,
)
from delivery.tree import Tree

NAMESPACE_LENGTH = 63
"""Kubernetes' limit for the name of a namespace."""


@dataclass(frozen=True, slots=True)
class Place:
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
    custom = _custom_namespace(chosen)
    namespace = custom or f"pvn-{application.name}-rc-{channel.name}"
    if len(namespace) > NAMESPACE_LENGTH:
        what = f"the namespace {namespace!r} has {len(namespace)} characters, Kubernetes allows {NAMESPACE_LENGTH}"
        fix = "shorten the application or the channel, or name a namespace: containerOrchestration: {k8s: {namespace: …}}"
        raise Refused([Problem(chosen.at, what, fix)])
    return Place(found.stack, found.runtime, namespace, custom is None)


def _connection(channel: ReleaseChannelConfig, service: ServiceConfig, wanted: str) -> ReleaseChannelRuntimeConfig:
    fitting = [one for one in channel.runtimes if not wanted or wanted in (one.name, one.runtime)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(sorted(one.name or one.runtime for one in channel.runtimes)) or "none"
    what = f"service {service.name!r} fits {len(fitting)} of the runtimes of channel {channel.name!r} ({names})"
    fix = f"say which one: `runtimeConnection:` in the service, or a `perReleaseChannel` entry for {channel.name!r}"
    raise Refused([Problem(service.at, what, fix)])


def _custom_namespace(runtime: ReleaseChannelRuntimeConfig) -> str | None:
    orchestration = runtime.container_orchestration
    return orchestration.k8s.namespace if orchestration and orchestration.k8s else None
