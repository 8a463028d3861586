"""What the rest of the program may use of a component, and nothing more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import pulumi
from msgspec import Struct


class Runtime(Protocol):
    """A Kubernetes cluster that objects can be applied to."""

    @property
    def kubeconfig(self) -> pulumi.Output[str]:
        """The credentials for the cluster, marked secret."""
        ...

    @property
    def cluster(self) -> pulumi.Resource | None:
        """The resource whose deletion takes every object with it and leaves nothing behind.

        None where objects have to be deleted one by one: the cluster is somebody else's, or load balancers and volumes that
        its objects stand for would outlive it.
        """
        ...


class Account(Protocol):
    """Where runtimes and registries are made."""

    @property
    def provider(self) -> pulumi.ProviderResource:
        """The provider of everything in it."""
        ...

    @property
    def urn(self) -> pulumi.Output[str]:
        """What the engine knows it by."""
        ...


class Registry(Protocol):
    """Where images live."""

    @property
    def url(self) -> pulumi.Output[str]:
        """The registry's host, and the path below it where there is one; no scheme, no trailing slash."""
        ...


class Access(Struct, frozen=True):
    """How a namespace reads its secrets."""

    store: Mapping[str, Any]
    """The `provider` of its store, for the External Secrets Operator."""
    provider: str
    """What the Secrets Store CSI driver calls the cloud."""
    parameters: Callable[[Mapping[str, str]], Mapping[str, pulumi.Input[str]]]
    """What the driver asks the cloud for, given the secret that each file of a volume is made of."""
    annotations: Mapping[str, pulumi.Input[str]]
    """What the cloud wants to see on the service account."""
    granted: Sequence[pulumi.Resource]
    """The rights that have to be there first."""


@runtime_checkable
class ReadsSecrets(Protocol):
    """A runtime whose namespaces can be let read secrets of its cloud."""

    def reads(self, namespace: str, names: Sequence[str]) -> Access:
        """Let a namespace read these secrets and no others, and return how."""
        ...
