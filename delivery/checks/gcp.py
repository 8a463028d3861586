"""GKE clusters and Artifact Registry, each by itself: what Google would refuse, said before anything is made."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from delivery.problems import Problem
from delivery.shapes.gcp import SERVICE_ACCOUNT, ArtifactRegistry, GcpAccount, GkeRuntime

_NETWORK = range(12, 18)
"""Prefixes of a network: a smaller one has no room for pods."""
_DAYS = 2
"""Days of maintenance a week: with fewer, Google does not get the 48 hours in 32 days that it asks for."""


def runtime(settings: GkeRuntime) -> Iterator[Problem]:
    """Yield what is wrong with one cluster."""
    yield from _identity(settings.account)
    cidr = settings.network.cidr
    if ipaddress.IPv4Network(cidr).prefixlen not in _NETWORK:
        what = f"{cidr} is no size for the network of a cluster"
        fix = f"write one from /{_NETWORK[0]} to /{_NETWORK[-1]}"
        yield Problem(settings.network.spot("cidr"), what, fix)
    if settings.nodes and settings.mode == "autopilot":
        what = "an Autopilot cluster has no nodes to choose"
        yield Problem(settings.nodes.at, what, "take `nodes` out, or write `mode: standard`")
    if settings.secrets and settings.secrets_delivery == "csi-driver" and settings.mode == "autopilot":
        what = "an Autopilot cluster does not let the driver in that makes Secrets of what it mounts"
        fix = "write `secretsDelivery: external-secrets`, or `mode: standard`"
        yield Problem(settings.spot("secrets_delivery"), what, fix)
    if len(set(settings.maintenance_days)) < _DAYS:
        what = "one day a week is too little for Google's upgrades"
        yield Problem(settings.spot("maintenance_days"), what, "name two days or more, such as [TU, WE]")


def registry(settings: ArtifactRegistry) -> Iterator[Problem]:
    """Yield what is wrong with one registry."""
    yield from _identity(settings.account)


def _identity(account: GcpAccount) -> Iterator[Problem]:
    found = SERVICE_ACCOUNT.fullmatch(account.service_account)
    if found and found[1] != account.project:
        what = f"the service account is of project {found[1]!r}, and this is project {account.project!r}"
        yield Problem(account.spot("service_account"), what, "name the deploy identity of this very project")
