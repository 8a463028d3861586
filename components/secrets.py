"""Secrets by reference: in each namespace a service account that reads exactly what its services were given.

The objects beside it are those of the External Secrets Operator and of the Secrets Store CSI driver. Both bring the values
inside the cluster: they never pass by here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from msgspec import Struct

from components import kubernetes
from components.interfaces import Access
from delivery.manifests.mounts import ACCOUNT
from delivery.references import Reading, Secrets

STORE = "pvn"
_OPERATOR, _CLASSES = "external-secrets.io/v1", "secrets-store.csi.x-k8s.io/v1"


class Namespace(Struct, frozen=True, kw_only=True):
    """A namespace, and how objects get into it."""

    runtime: str
    name: str
    provider: pulumi.ProviderResource
    made: pulumi.Resource | None
    """The namespace itself; None where somebody else made it."""


def make(namespace: Namespace, access: Access, reading: Reading) -> None:
    """Register what brings a namespace the secrets that it reads, and the service account that may read them."""
    before = [*access.granted, *([namespace.made] if namespace.made else [])]
    account = _object(namespace, "v1", "ServiceAccount", ACCOUNT, {}, before, dict(access.annotations))
    if reading.fetched:
        _fetch(namespace, access, reading.fetched, account)
    for name, keys in sorted(reading.mounted.items()):
        _object(namespace, _CLASSES, "SecretProviderClass", name, {"spec": _class(access, name, keys)}, [account])


def _fetch(namespace: Namespace, access: Access, secrets: Secrets, account: pulumi.Resource) -> None:
    store = _object(namespace, _OPERATOR, "SecretStore", STORE, {"spec": {"provider": access.store}}, [account])
    for name, keys in sorted(secrets.items()):
        spec = {
            "refreshInterval": "1h",
            "secretStoreRef": {"kind": "SecretStore", "name": STORE},
            "target": {"name": name},
            "data": [{"secretKey": key, "remoteRef": {"key": remote}} for key, remote in sorted(keys.items())],
        }
        _object(namespace, _OPERATOR, "ExternalSecret", name, {"spec": spec}, [store])


def _class(access: Access, name: str, keys: Mapping[str, str]) -> Mapping[str, Any]:
    """Return what the CSI driver mounts, and the Secret that it makes of it."""
    # providers refuse a secret that is asked for twice, so keys with one secret share a file
    files = {remote: key for key, remote in sorted(keys.items(), reverse=True)}
    data = [{"key": key, "objectName": files[remote]} for key, remote in sorted(keys.items())]
    return {
        "provider": access.provider,
        "parameters": access.parameters({file: remote for remote, file in files.items()}),
        "secretObjects": [{"secretName": name, "type": "Opaque", "data": data}],
    }


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
