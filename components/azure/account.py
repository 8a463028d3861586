"""An Azure subscription: the provider through which everything in it is made, and nothing anywhere else."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from msgspec import Struct
from pulumi_azure_native import resources
from pulumi_azure_native.provider import Provider

from delivery.shapes.azure import AzureAccount


class AccountArgs(Struct, frozen=True, kw_only=True):
    """What a subscription needs to know."""

    settings: AzureAccount
    """The subscription, its tenant and region, and the identity to act as."""


class Account(pulumi.ComponentResource):
    """One subscription in one region, entered as its deploy identity: a token for another tenant or client is none here."""

    provider: Provider
    """The provider to hand to what is made in the subscription."""

    def __init__(self, name: str, args: AccountArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:azure:Account", name, {}, opts)
        settings = args.settings
        is_workload = settings.login == "workload-identity"
        self.provider = Provider(
            name,
            subscription_id=settings.subscription,
            tenant_id=settings.tenant,
            location=settings.region,
            client_id=settings.client if is_workload else None,
            use_oidc=is_workload,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


def tags(account: AzureAccount) -> Mapping[str, str]:
    """Return the tags of everything: this provider has none of its own to add."""
    return {"managed-by": "pvn", **account.tags}


def group(name: str, account: AzureAccount, opts: pulumi.ResourceOptions, *, protect: bool) -> resources.ResourceGroup:
    """Return a resource group. Deleting it would delete all that is in it, so it resists as that does."""
    kept = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(protect=protect))
    return resources.ResourceGroup(name, resource_group_name=name, location=account.region, tags=tags(account), opts=kept)
