"""EKS clusters and ECR registries, each by itself: what AWS would refuse, said before anything is made."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from delivery.problems import Problem
from delivery.shapes.aws import ROLE, EcrRegistry, EksRuntime

_VPC = range(16, 19)
"""Prefixes of a VPC: AWS allows no larger one, and a smaller one has no room for pods."""
_ZONES = range(2, 5)
"""Zones of an EKS cluster: its API needs two, and the fifth would find no room in the VPC."""


def runtime(settings: EksRuntime) -> Iterator[Problem]:
    """Yield what is wrong with one cluster."""
    network, zones = settings.network, settings.network.zones
    yield from _role(settings)
    if ipaddress.IPv4Network(network.cidr).prefixlen not in _VPC:
        what = f"{network.cidr} is no size for the VPC of a cluster"
        yield Problem(network.spot("cidr"), what, f"write one from /{_VPC[0]} to /{_VPC[-1]}")
    if len(zones) not in _ZONES or len(set(zones)) != len(zones):
        what = f"a cluster needs {_ZONES[0]} to {_ZONES[-1]} zones, each once"
        yield Problem(network.spot("zones"), what, "write three, such as [a, b, c]")


def registry(settings: EcrRegistry) -> Iterator[Problem]:
    """Yield what is wrong with one registry."""
    yield from _role(settings)


def _role(settings: EksRuntime | EcrRegistry) -> Iterator[Problem]:
    account = settings.account
    found = ROLE.fullmatch(account.role)
    if found and found[2] != account.id:
        what = f"the role is of account {found[2]}, and this is account {account.id}"
        yield Problem(account.spot("role"), what, "name the deploy role of this very account")
