"""Services: owners, channels, registries and runtimes that exist, and something to run."""

from __future__ import annotations

from collections.abc import Iterator

from delivery.checks import parameters
from delivery.checks.duplicates import duplicates
from delivery.problems import Problem, suggestion
from delivery.shapes.application import ApplicationConfig
from delivery.shapes.service import PerReleaseChannelConfig, ServiceConfig
from delivery.tree import Tree


def problems(tree: Tree) -> Iterator[Problem]:
    """Yield what is wrong with the services of a tree."""
    registries = {one.name for stack in tree.stacks.values() for one in stack.registries}
    for service in tree.services.values():
        application = tree.applications.get(service.application)
        if application is None:
            what = f"service {service.name!r} belongs to an application {service.application!r} that is not there"
            yield Problem(
                service.spot("application"), what, suggestion(service.application, tree.applications, "applications")
            )
        else:
            yield from _channels(service, application)
        yield from parameters.problems(service.parameters, registries)
        yield from duplicates("constant", ((one.name, one.spot("name")) for one in service.constants))


def _channels(service: ServiceConfig, application: ApplicationConfig) -> Iterator[Problem]:
    names = [one.name for one in application.release_channels]
    own = service.per_release_channel
    yield from duplicates("the entry for channel", ((one.release_channel, one.spot("release_channel")) for one in own))
    for one in own:
        if one.release_channel not in names:
            what = f"application {application.name!r} has no release channel {one.release_channel!r}"
            yield Problem(one.spot("release_channel"), what, suggestion(one.release_channel, names, "channels"))
        yield from duplicates("constant", ((c.name, c.spot("name")) for c in one.constants))
    yield from _sources(service, {one.release_channel: one for one in own}, names)
    yield from _connections(service, application)


def _sources(service: ServiceConfig, own: dict[str, PerReleaseChannelConfig], names: list[str]) -> Iterator[Problem]:
    base = service.kubernetes_config
    for name in names:
        over = own[name].kubernetes_config if name in own else None
        layers = [one for one in (over, base) if one]
        if not any(one.local or one.inlined for one in layers):
            what = f"service {service.name!r} has no manifests in channel {name!r}"
            yield Problem(service.at, what, "add kubernetesConfig: {type: KUBERNETES, local: {path: .}}")
            return
        if not any(one.type for one in layers):
            yield Problem(layers[0].at, f"the manifests of {service.name!r} have no type", "add type: KUBERNETES")
            return


def _connections(service: ServiceConfig, application: ApplicationConfig) -> Iterator[Problem]:
    known = {
        name
        for channel in application.release_channels
        for one in channel.runtimes
        for name in (one.name, one.runtime)
        if name
    }
    holders: list[ServiceConfig | PerReleaseChannelConfig] = [service, *service.per_release_channel]
    for holder in holders:
        wanted = holder.runtime_connection
        if wanted and wanted not in known:
            what = f"no channel of {application.name!r} has a runtime {wanted!r}"
            yield Problem(holder.spot("runtime_connection"), what, suggestion(wanted, known, "runtimes"))
