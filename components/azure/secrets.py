"""What a namespace of an AKS cluster may read from a vault: exactly the secrets that its services were given."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

import pulumi
from msgspec import Struct
from pulumi_azure_native import managedidentity, resources

from components.azure import identities
from components.interfaces import Access
from delivery.manifests.mounts import ACCOUNT
from delivery.shapes.azure import AzureAccount


class SecretsArgs(Struct, frozen=True, kw_only=True):
    """What it takes to read secrets."""

    cluster: str
    """The name of the cluster."""
    account: AzureAccount
    """The subscription of the cluster."""
    group: resources.ResourceGroup
    """The resource group of the cluster."""
    vault: str
    """The id of the vault that holds the secrets."""
    issuer: pulumi.Input[str]
    """Who vouches for the cluster's service accounts, as a URL."""
    namespace: str
    """The namespace that reads."""
    names: Sequence[str]
    """The names of the secrets."""


class Secrets(pulumi.ComponentResource):
    """An identity that one service account of one namespace takes on."""

    access: Access
    """How the namespace reads."""

    def __init__(self, name: str, args: SecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:azure:Secrets", name, {}, opts)
        child, account = pulumi.ResourceOptions(parent=self), args.account
        short = hashlib.sha256(args.namespace.encode()).hexdigest()[:8]
        identity = identities.identity(f"{args.cluster}-s-{short}", account, args.group, child)
        credential = managedidentity.FederatedIdentityCredential(
            name,
            federated_identity_credential_resource_name="cluster",
            resource_name_=identity.name,
            resource_group_name=args.group.name,
            issuer=args.issuer,
            subject=f"system:serviceaccount:{args.namespace}:{ACCOUNT}",
            audiences=["api://AzureADTokenExchange"],
            opts=child,
        )
        granted = [
            identities.grant(
                f"{name}/{secret}",
                account,
                identity.principal_id,
                identities.VAULT_SECRETS_USER,
                f"{args.vault}/secrets/{secret}",
                child,
            )
            for secret in sorted(set(args.names))
        ]
        store = {
            "azurekv": {
                "authType": "WorkloadIdentity",
                "vaultUrl": f"https://{args.vault.rpartition('/')[2]}.vault.azure.net",
                "serviceAccountRef": {"name": ACCOUNT},
            }
        }
        annotations: dict[str, pulumi.Input[str]] = {
            "azure.workload.identity/client-id": identity.client_id,
            "azure.workload.identity/tenant-id": account.tenant,
        }
        self.access = Access(
            store=store,
            provider="azure",
            parameters=lambda files: _asked(args, identity, files),
            annotations=annotations,
            granted=[credential, *granted],
        )
        self.register_outputs({})


def _asked(
    args: SecretsArgs, identity: managedidentity.UserAssignedIdentity, files: Mapping[str, str]
) -> Mapping[str, pulumi.Input[str]]:
    """Return what Azure's part of the CSI driver reads, as the identity that the service account takes on."""
    asked = [
        json.dumps({"objectName": secret, "objectType": "secret", "objectAlias": file})
        for file, secret in sorted(files.items())
    ]
    return {
        "clientID": identity.client_id,
        "tenantId": args.account.tenant,
        "keyvaultName": args.vault.rpartition("/")[2],
        "usePodIdentity": "false",
        "objects": json.dumps({"array": asked}),
    }
