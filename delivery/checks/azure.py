"""AKS clusters and Azure's registries: what Azure would refuse, said before anything is made."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from delivery.problems import Problem
from delivery.shapes.azure import AcrRegistry, AksRuntime

_NETWORK = range(12, 25)
"""Prefixes of a virtual network: a smaller one has no room for nodes."""
_RETENTION = range(30, 731)
"""Days for which a workspace can keep logs."""


def runtime(settings: AksRuntime) -> Iterator[Problem]:
    """Yield what is wrong with one cluster."""
    cidr, system = settings.network.cidr, settings.system_nodes
    if ipaddress.IPv4Network(cidr).prefixlen not in _NETWORK:
        what = f"{cidr} is no size for the network of a cluster"
        fix = f"write one from /{_NETWORK[0]} to /{_NETWORK[-1]}"
        yield Problem(settings.network.spot("cidr"), what, fix)
    if system.min > system.max:
        what = f"at least {system.min} nodes and at most {system.max} cannot be"
        yield Problem(system.spot("min"), what, "make `min` the smaller one")
    if settings.secrets and not settings.secrets_vault:
        what = "nobody says which vault holds these secrets"
        yield Problem(settings.secrets[0].at, what, "add `secretsVault: /subscriptions/…`")
    if settings.log_retention not in _RETENTION:
        what = f"a workspace cannot keep logs for {settings.log_retention} days"
        yield Problem(settings.spot("log_retention"), what, f"write {_RETENTION[0]} to {_RETENTION[-1]}")


def pull(registry: AcrRegistry, runtime: AksRuntime) -> Iterator[Problem]:
    """Yield why the nodes of a cluster could not be let in."""
    if registry.account.tenant != runtime.account.tenant:
        what = f"{runtime.name!r} is in another tenant than {registry.name!r}, which knows no identity of it"
        yield Problem(registry.account.spot("tenant"), what, "keep clusters and their registry in one tenant")
