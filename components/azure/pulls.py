"""Who pulls from Azure Container Registry: the nodes of a cluster, let in from the cluster's own stack.

The grant names an identity that has to be there already, so it cannot belong to the registry's stack; and it goes away with
its cluster.
"""

from __future__ import annotations

import pulumi
from msgspec import Struct

from components.azure import identities
from components.azure.account import Account, AccountArgs
from delivery.shapes.azure import AcrRegistry


class PullArgs(Struct, frozen=True, kw_only=True):
    """What it takes to let nodes pull."""

    registry: AcrRegistry
    """The registry, in whatever stack and subscription of the same tenant."""
    nodes: pulumi.Input[str]
    """The object id of the nodes' identity. Nodes pull, whatever identity their pods have."""


class Pull(pulumi.ComponentResource):
    """The right of one cluster's nodes to read one registry."""

    granted: pulumi.Resource
    """What pods have to wait for."""

    def __init__(self, name: str, args: PullArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:azure:Pull", name, {}, opts)
        registry = args.registry
        granter = registry.grants_as or registry.account.client
        settings = registry.account.model_copy(update={"client": granter})
        account = Account(name, AccountArgs(settings=settings), pulumi.ResourceOptions(parent=self))
        child = pulumi.ResourceOptions(parent=self, provider=account.provider)
        self.granted = identities.grant(name, registry.account, args.nodes, identities.ACR_PULL, registry.id, child)
        self.register_outputs({})
