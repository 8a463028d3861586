"""Who pulls from Artifact Registry: the nodes of a cluster, let in from the cluster's own stack.

The grant names an identity that has to be there already, so it cannot belong to the registry's stack; and it goes away with
its cluster.
"""

from __future__ import annotations

import pulumi
from msgspec import Struct
from pulumi_gcp import artifactregistry

from components.gcp.account import Account, AccountArgs
from delivery.shapes.gcp import ArtifactRegistry


class PullArgs(Struct, frozen=True, kw_only=True):
    """What it takes to let nodes pull."""

    registry: ArtifactRegistry
    """The registry, in whatever stack and project."""
    nodes: pulumi.Input[str]
    """The address of the nodes' service account. Nodes pull, whatever identity their pods have."""


class Pull(pulumi.ComponentResource):
    """The right of one cluster's nodes to read one repository."""

    granted: pulumi.Resource
    """What pods have to wait for."""

    def __init__(self, name: str, args: PullArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:gcp:Pull", name, {}, opts)
        registry = args.registry
        granter = registry.grants_as or registry.account.service_account
        settings = registry.account.model_copy(update={"service_account": granter})
        account = Account(name, AccountArgs(settings=settings), pulumi.ResourceOptions(parent=self))
        self.granted = artifactregistry.RepositoryIamMember(
            name,
            project=registry.account.project,
            location=registry.account.region,
            repository=registry.name,
            role="roles/artifactregistry.reader",
            member=pulumi.Output.concat("serviceAccount:", args.nodes),
            opts=pulumi.ResourceOptions(parent=self, provider=account.provider),
        )
        self.register_outputs({})
