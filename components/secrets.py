"""Secrets by reference: in each namespace a store that reads exactly what its services were given, and what it fetches.

The objects are those of the External Secrets Operator, which fetches values inside the cluster: they never pass by here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components import kubernetes
from components.interfaces import Access
from delivery.shapes import SecretReference

ACCOUNT = "pvn-secrets"
"""The service account in each namespace whose token stands for the namespace before the cloud."""
STORE = "pvn"
_API = "external-secrets.io/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Namespace:
    """A namespace, and how objects get into it."""

    runtime: str
    name: str
    provider: pulumi.ProviderResource
    made: pulumi.Resource | None
    """The namespace itself; None where somebody else made it."""


def make(namespace: Namespace, access: Access, references: Sequence[SecretReference]) -> None:
    """Register the store of a namespace and what is to be fetched from it."""
    before = [*access.granted, *([namespace.made] if namespace.made else [])]
    account = _object(namespace, "v1", "ServiceAccount", ACCOUNT, {}, before, dict(access.annotations))
    store = _object(namespace, _API, "SecretStore", STORE, {"spec": {"provider": access.store}}, [account])
    for name, data in _fetched(references):
        spec = {
            "refreshInterval": "1h",
            "secretStoreRef": {"kind": "SecretStore", "name": STORE},
            "target": {"name": name},
            "data": [{"secretKey": key, "remoteRef": {"key": remote}} for key, remote in sorted(data.items())],
        }
        _object(namespace, _API, "ExternalSecret", name, {"spec": spec}, [store])


def _fetched(references: Sequence[SecretReference]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield each Secret once: services of one namespace may share one."""
    found: dict[str, dict[str, str]] = {}
    for one in references:
        found.setdefault(one.name, {}).update(one.keys)
    yield from sorted(found.items())


def _object(
    namespace: Namespace,
    api: str,
    kind: str,
    name: str,
    body: Mapping[str, Any],
    after: Sequence[pulumi.Resource],
    annotations: Mapping[str, pulumi.Input[str]] | None = None,
) -> pulumi.CustomResource:
    metadata = {"name": name, "namespace": namespace.name} | ({"annotations": annotations} if annotations else {})
    return pulumi.CustomResource(
        kubernetes.token(api, kind),
        f"{namespace.runtime}/{namespace.name}/{name}",
        {"apiVersion": api, "kind": kind, "metadata": metadata, **body},
        pulumi.ResourceOptions(provider=namespace.provider, version=kubernetes.PLUGIN_VERSION, depends_on=after),
    )
