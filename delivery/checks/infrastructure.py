"""Runtimes and registries that a cloud would refuse, or that could never work together, said before anything is made."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from itertools import combinations

from delivery.problems import Problem, Spot
from delivery.shapes import EcrRegistry, EksRuntime, RegistrySettings, RuntimeSettings
from delivery.shapes.aws import REPOSITORY, ROLE
from delivery.supply import supply
from delivery.tree import Tree

_VPC = range(16, 19)
"""Prefixes of a VPC: AWS allows no larger one, and a smaller one has no room for pods."""
_ZONES = range(2, 5)
"""Zones of an EKS cluster: its API needs two, and the fifth would find no room in the VPC."""


def problems(tree: Tree) -> Iterator[Problem]:
    """Yield what is wrong with the clusters and registries of all stacks."""
    runtimes = [one for _, stack in sorted(tree.stacks.items()) for one in stack.runtimes]
    registries = [one for _, stack in sorted(tree.stacks.items()) for one in stack.registries]
    for runtime in runtimes:
        yield from _name(runtime)
        if isinstance(runtime, EksRuntime):
            yield from _eks(runtime)
    for registry in registries:
        yield from _name(registry)
        if isinstance(registry, EcrRegistry):
            yield from _role(registry)
    yield from _overlaps(runtimes)
    yield from _settings_of_an_account(registries)
    yield from _images(tree, {one.name: one for one in registries})
    pullers = supply(tree).pullers
    for registry in registries:
        for runtime in pullers[registry.name]:
            yield from _pull(registry, runtime)


def _name(settings: RuntimeSettings | RegistrySettings) -> Iterator[Problem]:
    longest = settings.longest_name
    if len(settings.name) > longest:
        what = f"the name {settings.name!r} has {len(settings.name)} characters, and {settings.type} allows {longest}"
        yield Problem(settings.spot("name"), what, f"shorten it, such as {settings.name[:longest].rstrip('-')!r}")


def _eks(runtime: EksRuntime) -> Iterator[Problem]:
    network, nodes = runtime.network, runtime.nodes
    yield from _role(runtime)
    if ipaddress.IPv4Network(network.cidr).prefixlen not in _VPC:
        what = f"{network.cidr} is no size for the VPC of a cluster"
        yield Problem(network.spot("cidr"), what, f"write one from /{_VPC[0]} to /{_VPC[-1]}")
    if len(set(network.zones)) not in _ZONES or len(set(network.zones)) != len(network.zones):
        what = f"a cluster needs {_ZONES[0]} to {_ZONES[-1]} zones, each once"
        yield Problem(network.spot("zones"), what, "write three, such as [a, b, c]")
    yield from _counts(nodes.min, nodes.max, nodes.spot("min"))


def _role(settings: EksRuntime | EcrRegistry) -> Iterator[Problem]:
    account = settings.account
    found = ROLE.fullmatch(account.role)
    if found and found[2] != account.id:
        what = f"the role is of account {found[2]}, and this is account {account.id}"
        yield Problem(account.spot("role"), what, "name the deploy role of this very account")


def _counts(least: int, most: int, at: Spot) -> Iterator[Problem]:
    if least > most:
        yield Problem(at, f"at least {least} nodes and at most {most} cannot be", "make `min` the smaller one")


def _overlaps(runtimes: list[RuntimeSettings]) -> Iterator[Problem]:
    """Yield networks that share addresses: once both are in use, nothing can ever connect the environments."""
    networks = [(one.name, one.network) for one in runtimes if isinstance(one, EksRuntime)]
    for (first, known), (_, other) in combinations(networks, 2):
        if ipaddress.IPv4Network(known.cidr).overlaps(ipaddress.IPv4Network(other.cidr)):
            what = f"{other.cidr} overlaps {known.cidr} of {first!r} at {known.spot('cidr')}"
            yield Problem(other.spot("cidr"), what, "give each cluster addresses of its own")


def _settings_of_an_account(registries: list[RegistrySettings]) -> Iterator[Problem]:
    """Yield registries that would set the one scanning of their account and region against each other."""
    known: dict[tuple[str, str], EcrRegistry] = {}
    for one in registries:
        if isinstance(one, EcrRegistry):
            first = known.setdefault((one.account.id, one.account.region), one)
            if first is not one:
                what = f"account {one.account.id} has a registry in {one.account.region} already, at {first.at}"
                fix = f"it is one registry: let services name {first.name!r}, and take this one out"
                yield Problem(one.spot("name"), what, fix)


def _images(tree: Tree, registries: Mapping[str, RegistrySettings]) -> Iterator[Problem]:
    """Yield the images whose repository the cloud would not make."""
    for _, service in sorted(tree.services.items()):
        for parameter in service.parameters:
            if parameter.docker_image:
                info = parameter.docker_image.image_registry_info
                registry = registries.get(info.container_registry)
                if isinstance(registry, EcrRegistry) and not REPOSITORY.fullmatch(info.image_repository.strip("/")):
                    what = f"{info.image_repository!r} cannot be a repository of {registry.name!r}"
                    fix = "write lower-case words with / . _ or - between them, such as shop/web"
                    yield Problem(info.spot("image_repository"), what, fix)


def _pull(registry: RegistrySettings, runtime: RuntimeSettings) -> Iterator[Problem]:
    if not isinstance(registry, EcrRegistry) or not isinstance(runtime, EksRuntime):
        return
    region, own = runtime.account.region, registry.account.region
    if region not in (own, *registry.also_for):
        what = f"{runtime.name!r} in {region} pulls from {registry.name!r} in {own}"
        fix = f"use a registry in {region}, or say `alsoFor: [{region}]` if you mean it"
        yield Problem(registry.account.spot("region"), what, fix)
