"""Identities, what they may do, and the keys that they use."""

from __future__ import annotations

from typing import Literal

import pulumi
from pulumi_azure_native import authorization, keyvault, managedidentity, resources

from components.azure.account import tags
from delivery.shapes.azure import AzureAccount

ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
ACR_PUSH = "8311e382-0749-4cb8-b61a-304f252e45ec"
CLUSTER_ADMIN = "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"
CLUSTER_READER = "7f6c6a51-bcf8-42ba-9220-52d62157d7db"
IDENTITY_OPERATOR = "f1a07417-d97a-45cb-824c-7a7467783830"
NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
VAULT_CONTRIBUTOR = "f25e0fa2-a7c8-4377-a976-54943a77a395"
VAULT_CRYPTO_USER = "12338af0-0e69-4776-bea7-57ae8d297424"
VAULT_SECRETS_USER = "4633458b-17de-408a-874b-0445c86b69e6"
VAULT_ENCRYPTION_USER = "e147488a-f6f5-4113-8e2d-b22465e65bf6"


def identity(
    name: str, account: AzureAccount, group: resources.ResourceGroup, opts: pulumi.ResourceOptions
) -> managedidentity.UserAssignedIdentity:
    """Return an identity of its own name, for which no secret exists."""
    return managedidentity.UserAssignedIdentity(
        name,
        resource_name_=name,
        resource_group_name=group.name,
        location=account.region,
        tags=tags(account),
        opts=opts,
    )


def grant(
    name: str,
    account: AzureAccount,
    principal: pulumi.Input[str],
    role: str,
    scope: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
    kind: Literal["ServicePrincipal", "Group"] = "ServicePrincipal",
) -> authorization.RoleAssignment:
    """Give a principal one of Azure's own roles over something in this subscription."""
    definition = f"/subscriptions/{account.subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    return authorization.RoleAssignment(
        name,
        principal_id=principal,
        # said, because Azure would look a new identity up where it is not known yet
        principal_type=kind,
        role_definition_id=definition,
        scope=scope,
        opts=opts,
    )


def key(
    name: str,
    account: AzureAccount,
    vault: str,
    group: resources.ResourceGroup,
    opts: pulumi.ResourceOptions,
    *,
    is_private: bool,
    protect: bool,
) -> tuple[keyvault.Vault, keyvault.Key]:
    """Return a vault and the key in it. What they hold survives its deletion for 90 days, whoever deletes it."""
    kept = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(protect=protect))
    made = keyvault.Vault(
        name,
        vault_name=vault,
        resource_group_name=group.name,
        location=account.region,
        properties=keyvault.VaultPropertiesArgs(
            sku=keyvault.SkuArgs(family="A", name=keyvault.SkuName.STANDARD),
            tenant_id=account.tenant,
            enable_rbac_authorization=True,
            enable_purge_protection=True,
            enable_soft_delete=True,
            soft_delete_retention_in_days=90,
            public_network_access="Disabled" if is_private else "Enabled",
        ),
        tags=tags(account),
        opts=kept,
    )
    return made, keyvault.Key(
        name,
        key_name=name,
        vault_name=made.name,
        resource_group_name=group.name,
        properties=keyvault.KeyPropertiesArgs(kty="RSA", key_size=3072),
        opts=kept,
    )
