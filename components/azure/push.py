"""Who may push images: one workflow of one repository on one branch, known by the token that GitHub gives it."""

from __future__ import annotations

import pulumi
from msgspec import Struct
from pulumi_azure_native import managedidentity, resources

from components.azure import identities
from delivery.shapes.azure import AzureAccount
from delivery.shapes.infrastructure import GitHubPush

ISSUER = "https://token.actions.githubusercontent.com"
AUDIENCE = "api://AzureADTokenExchange"


class PushArgs(Struct, frozen=True, kw_only=True):
    """What an identity that pushes needs to know."""

    settings: GitHubPush
    """Whose workflows, on which branch."""
    account: AzureAccount
    """The subscription of the registry."""
    group: resources.ResourceGroup
    """The resource group of the registry."""
    registry: pulumi.Input[str]
    """The id of the registry that it may push to."""


class Push(pulumi.ComponentResource):
    """An identity that GitHub's workflows take on. No secret of it exists anywhere."""

    client: pulumi.Output[str]
    """The client id of the identity, for the workflow to log in as."""

    def __init__(self, name: str, args: PushArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:azure:Push", name, {}, opts)
        child, settings = pulumi.ResourceOptions(parent=self), args.settings
        identity = identities.identity(name, args.account, args.group, child)
        managedidentity.FederatedIdentityCredential(
            name,
            federated_identity_credential_resource_name="github",
            resource_name_=identity.name,
            resource_group_name=args.group.name,
            issuer=ISSUER,
            subject=f"repo:{settings.repository}:ref:refs/heads/{settings.branch}",
            audiences=[AUDIENCE],
            opts=child,
        )
        identities.grant(name, args.account, identity.principal_id, identities.ACR_PUSH, args.registry, child)
        self.client = identity.client_id
        self.register_outputs({"client": self.client})
