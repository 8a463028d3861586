"""RESOLVE: every service in every channel of its application, with nothing left to override."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from delivery import canonical, layers, parameters, placement, protections, selectors, sources
from delivery.gotemplate import Image
from delivery.instances import (
    ApprovalBy,
    Approvals,
    Bypass,
    NothingToAwait,
    ParameterValue,
    Precondition,
    Rollback,
    Secrets,
    ServiceInstance,
    Stability,
    StableIn,
)
from delivery.problems import Problem, Refused, Spot
from delivery.shapes.application import ApplicationConfig, BypassSettings
from delivery.shapes.channel import ReleaseChannelConfig, ReleaseChannelStable
from delivery.shapes.infrastructure import ProvisionedRuntime
from delivery.shapes.release import Release
from delivery.shapes.service import ServiceConfig
from delivery.structs import replace
from delivery.tree import Tree
from delivery.variables import variables


def resolve(tree: Tree) -> tuple[ServiceInstance, ...]:
    """Return the service instances of a checked tree, ordered by application, service and the channels' own order.

    Raises Refused with every missing parameter, runtime and manifest at once.
    """
    instances, problems = resolvable(tree)
    if problems:
        raise Refused(problems)
    return instances


def resolvable(tree: Tree) -> tuple[tuple[ServiceInstance, ...], list[Problem]]:
    """Return the instances that can be resolved, in the same order, and what is wrong with the others."""
    problems: list[Problem] = []
    instances: list[ServiceInstance] = []
    registries = tree.registry_urls
    for (name, _), service in sorted(tree.services.items()):
        instances += _instances(tree, tree.applications[name], service, registries, problems)
    return tuple(instances), problems


def _instances(
    tree: Tree,
    application: ApplicationConfig,
    service: ServiceConfig,
    registries: Mapping[str, str],
    problems: list[Problem],
) -> Iterator[ServiceInstance]:
    release, missing = tree.releases.get(application.name), list[Problem]()
    values = {
        channel.name: parameters.resolve(service, release, channel.name, registries, missing)
        for channel in application.release_channels
    }
    if missing:
        problems += missing
        return
    definition = _definition(tree, application, service, values, _attempt(release, service))
    for channel in application.release_channels:
        try:
            yield _instance(tree, application, channel, service, values[channel.name], definition)
        except Refused as refused:
            problems += refused.problems


def _instance(
    tree: Tree,
    application: ApplicationConfig,
    channel: ReleaseChannelConfig,
    service: ServiceConfig,
    values: Mapping[str, ParameterValue],
    definition: str,
) -> ServiceInstance:
    own = next((one for one in service.per_release_channel if one.release_channel == channel.name), None)
    place = placement.place(tree, application, channel, service, own)
    config = layers.kubernetes_config(service, own)
    constants = layers.constants(channel, service, own)
    given = variables(channel.name, place.runtime, values, constants)
    made = ServiceInstance(
        application=application.name,
        service=service.name,
        channel=channel.name,
        at=service.at,
        runtime=place.runtime,
        stack=place.stack,
        namespace=place.namespace,
        owns_namespace=place.owns_namespace,
        manifests=sources.select(tree, service, config, layers.sub_path(config, given)),
        parameters=values,
        constants=constants,
        env=layers.env(channel, service, own, given),
        injects_env=config.env_injection_mode != "ENV_INJECT_DISABLED",
        patches=tuple(layers.patches(config, given)),
        secrets=_secrets(tree, f"{application.name}/{service.name}", place),
        preconditions=tuple(_preconditions(application, channel)),
        **_policy(tree, application, service, place),
        progress_deadline=service.progress_deadline,
        rollback=_rollback(tree.releases.get(application.name), channel.name, service.name),
        keeps_objects=service.no_cleanup_on_delete or application.no_cleanup_on_delete,
        definition=definition,
    )
    return replace(made, checks=tuple(protections.checks(tree, channel, own, made)))


def _secrets(tree: Tree, service: str, place: placement.Place) -> Secrets:
    found = [one for one in tree.stacks[place.stack].runtimes if one.name == place.runtime.name]
    for one in found:
        if isinstance(one, ProvisionedRuntime):
            names = frozenset(each.name for each in one.secrets if each.service == service)
            return Secrets(names, are_mounted=one.secrets_delivery == "csi-driver")
    return Secrets()


def _policy(tree: Tree, application: ApplicationConfig, service: ServiceConfig, place: placement.Place) -> dict[str, Any]:
    """Return what decides how the gates of an instance judge: settings of its stack, its application and its runtime."""
    stack = tree.stacks[place.stack]
    longest = timedelta(seconds=stack.approvals.expire_after)
    recorded = timedelta(seconds=stack.stability_max_age)
    kept = application.release_settings.bypass_settings if application.release_settings else None
    kept = kept or BypassSettings()
    runtime = tree.runtimes.get(place.runtime.name)
    switches = (service.auto_rollback, runtime.auto_rollback if runtime else None)
    return {
        "approvals": Approvals(longest, stack.approvals.exclude_author),
        "stability": Stability(stack.stability == "recorded", recorded),
        "bypass": Bypass(
            ordering=not kept.no_bypass_release_channel_ordering,
            approvals=not kept.no_bypass_approvals,
            protections=not kept.no_bypass_protections,
        ),
        "rolls_back": not any(one.disabled for one in switches if one),
    }


def _rollback(release: Release | None, channel: str, service: str) -> Rollback | None:
    entries = release.rollbacks if release else ()
    found = next((one for one in entries if (one.release_channel, one.service) == (channel, service)), None)
    return Rollback(found.version, found.manifests, found.reason, found.at) if found else None


def _preconditions(application: ApplicationConfig, channel: ReleaseChannelConfig) -> Iterator[Precondition]:
    for one in channel.preconditions:
        if one.release_channel_stable:
            yield from _stable(application, channel, one.release_channel_stable, one.at)
        elif one.shared_manual_approval:
            yield ApprovalBy(one.shared_manual_approval.name, one.shared_manual_approval.min_approvers, one.at)
        elif one.manual_approval:
            yield ApprovalBy("manual", one.manual_approval.min_approvers, one.at)


def _stable(
    application: ApplicationConfig, channel: ReleaseChannelConfig, stable: ReleaseChannelStable, at: Spot
) -> Iterator[Precondition]:
    found = selectors.channels(application, channel.name, stable)
    yield from (StableIn(name, at) for name in found)
    if not found:
        yield NothingToAwait(stable.selector or "", at)


_PATHS: dict[str, Any] = {
    "kubernetes_config": {"local"},
    "per_release_channel": {"__all__": {"kubernetes_config": {"local"}}},
}
"""Where manifests lie is not what they say: a tree that moves keeps its versions."""


def _attempt(release: Release | None, service: ServiceConfig) -> int:
    found = release.services.get(service.name) if release else None
    return found.attempt if found else 0


def _definition(
    tree: Tree,
    application: ApplicationConfig,
    service: ServiceConfig,
    values: Mapping[str, Mapping[str, object]],
    attempt: int,
) -> str:
    """Return the canonical text of all that makes a version: the same for every channel, blind to paths and order."""
    printed = {
        channel: {name: one.reference if isinstance(one, Image) else one for name, one in of.items()}
        for channel, of in values.items()
    }
    texts = [file.text for file in sources.all_of(tree, service)]
    config = service.model_dump(mode="json", exclude_defaults=True, exclude=_PATHS)
    again = {"attempt": attempt} if attempt else {}
    guards = protections.definition(tree, application, service)
    guarded = {"protections": guards} if guards else {}
    return canonical.text({"service": config, "manifests": texts, "values": printed, **again, **guarded})
