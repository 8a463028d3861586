"""Clusters and registries beside one another: what each cloud would refuse, and what could never work together."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import combinations
from typing import Any

from delivery import supply
from delivery.checks import aws, azure, gcp
from delivery.problems import Problem, suggestion
from delivery.shapes.aws import REPOSITORY, EcrRegistry, EksRuntime
from delivery.shapes.azure import AcrRegistry, AksRuntime
from delivery.shapes.gcp import ArtifactRegistry, GkeRuntime
from delivery.shapes.infrastructure import ProvisionedRuntime, RegistrySettings, RuntimeSettings
from delivery.shapes.service import ServiceConfig
from delivery.tree import Tree

_ALONE: Mapping[type, Callable[[Any], Iterator[Problem]]] = {
    EksRuntime: aws.runtime,
    EcrRegistry: aws.registry,
    GkeRuntime: gcp.runtime,
    ArtifactRegistry: gcp.registry,
    AksRuntime: azure.runtime,
}
"""What is checked of each type by itself."""
_Runtime = EksRuntime | GkeRuntime | AksRuntime
_Registry = EcrRegistry | ArtifactRegistry | AcrRegistry
_OF_ONE_CLOUD: Mapping[type[_Registry], type[_Runtime]] = {
    EcrRegistry: EksRuntime,
    ArtifactRegistry: GkeRuntime,
    AcrRegistry: AksRuntime,
}
"""Whose nodes have an identity that each type of registry knows."""


def problems(tree: Tree) -> Iterator[Problem]:
    """Yield what is wrong with the clusters and registries of all stacks."""
    runtimes = [one for _, stack in sorted(tree.stacks.items()) for one in stack.runtimes]
    registries = {one.name: one for _, stack in sorted(tree.stacks.items()) for one in stack.registries}
    for runtime in runtimes:
        yield from _alone(runtime)
        yield from _secrets(runtime, tree.services)
    for registry in registries.values():
        yield from _alone(registry)
    yield from _overlaps(runtimes)
    yield from _one_for_an_account(registries)
    for _, service in sorted(tree.services.items()):
        yield from _images(service, registries)
    for name, pullers in supply.supply(tree).pullers.items():
        for runtime in pullers:
            yield from _pull(registries[name], runtime)


def _alone(settings: RuntimeSettings | RegistrySettings) -> Iterator[Problem]:
    longest = settings.longest_name
    if len(settings.name) > longest:
        what = f"the name {settings.name!r} has {len(settings.name)} characters, and {settings.type} allows {longest}"
        yield Problem(settings.spot("name"), what, f"shorten it, such as {settings.name[:longest].rstrip('-')!r}")
    nodes = getattr(settings, "nodes", None)
    if isinstance(settings, _Runtime) and nodes and nodes.min > nodes.max:
        what = f"at least {nodes.min} nodes and at most {nodes.max} cannot be"
        yield Problem(nodes.spot("min"), what, "make `min` the smaller one")
    if type(settings) in _ALONE:
        yield from _ALONE[type(settings)](settings)


def _secrets(runtime: RuntimeSettings, services: Collection[tuple[str, str]]) -> Iterator[Problem]:
    """Yield the secrets that are for a service which is not there."""
    known = {"/".join(one) for one in services}
    for one in runtime.secrets if isinstance(runtime, ProvisionedRuntime) else ():
        if one.service not in known:
            yield Problem(
                one.spot("service"), f"there is no service {one.service!r}", suggestion(one.service, known, "services")
            )


def _overlaps(runtimes: list[RuntimeSettings]) -> Iterator[Problem]:
    """Yield networks that share addresses: once both are in use, nothing can ever connect the environments."""
    networks = [(one.name, one.network) for one in runtimes if isinstance(one, _Runtime)]
    for (first, known), (_, other) in combinations(networks, 2):
        if ipaddress.IPv4Network(known.cidr).overlaps(ipaddress.IPv4Network(other.cidr)):
            what = f"{other.cidr} overlaps {known.cidr} of {first!r} at {known.spot('cidr')}"
            yield Problem(other.spot("cidr"), what, "give each cluster addresses of its own")


def _one_for_an_account(registries: Mapping[str, RegistrySettings]) -> Iterator[Problem]:
    """Yield ECR registries that are one: an account has one in each region, with one setting for scanning."""
    known: dict[tuple[str, str], EcrRegistry] = {}
    for one in registries.values():
        if isinstance(one, EcrRegistry):
            first = known.setdefault((one.account.id, one.account.region), one)
            if first is not one:
                what = f"account {one.account.id} has a registry in {one.account.region} already, at {first.at}"
                fix = f"it is one registry: let services name {first.name!r}, and take this one out"
                yield Problem(one.spot("name"), what, fix)


def _images(service: ServiceConfig, registries: Mapping[str, RegistrySettings]) -> Iterator[Problem]:
    """Yield the images whose repository the cloud would not make."""
    for parameter in service.parameters:
        info = parameter.docker_image.image_registry_info if parameter.docker_image else None
        registry = registries.get(info.container_registry) if info else None
        if info and isinstance(registry, _Registry) and not REPOSITORY.fullmatch(info.image_repository.strip("/")):
            what = f"{info.image_repository!r} cannot be a repository of {registry.name!r}"
            fix = "write lower-case words with / . _ or - between them, such as shop/web"
            yield Problem(info.spot("image_repository"), what, fix)


def _pull(registry: RegistrySettings, runtime: RuntimeSettings) -> Iterator[Problem]:
    if not isinstance(registry, _Registry) or not isinstance(runtime, _Runtime):
        return  # credentials of linked ones are their owners' business, and local nodes pull nothing
    if not isinstance(runtime, _OF_ONE_CLOUD[type(registry)]):
        what = f"nodes of {runtime.name!r} ({runtime.type}) have no identity that {registry.name!r} ({registry.type}) knows"
        yield Problem(registry.at, what, "use a registry of the same cloud, or an external one")
        return
    if isinstance(registry, AcrRegistry) and isinstance(runtime, AksRuntime):
        yield from azure.pull(registry, runtime)
    theirs, own = runtime.account.region, registry.account.region
    if theirs not in (own, *registry.also_for):
        what = f"{runtime.name!r} in {theirs} pulls from {registry.name!r} in {own}"
        fix = f"use a registry in {theirs}, or say `alsoFor: [{theirs}]` if you mean it"
        yield Problem(registry.account.spot("region"), what, fix)
