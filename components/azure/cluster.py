"""An AKS cluster, put together from its parts."""

from __future__ import annotations

import pulumi
from msgspec import Struct
from pulumi_azure_native import containerservice as aks
from pulumi_azure_native import keyvault, managedidentity, resources

from components.azure import nodes
from components.azure.account import tags
from components.azure.network import Network
from delivery.shapes.azure import AksRuntime

POD_CIDR, SERVICE_CIDR, DNS = "10.244.0.0/16", "172.21.0.0/16", "172.21.0.10"
"""Addresses inside the cluster, which never leave it and can never change."""


class Parts(Struct, frozen=True, kw_only=True):
    """What a cluster is put together from."""

    group: resources.ResourceGroup
    network: Network
    control_plane: managedidentity.UserAssignedIdentity
    """Who the control plane is."""
    kubelet: managedidentity.UserAssignedIdentity
    """Who nodes are: somebody before they exist, so that they may pull from the first moment on."""
    key: tuple[keyvault.Vault, keyvault.Key] | None
    """The key over the cluster's secrets; None leaves them to Azure's own."""


def make(settings: AksRuntime, parts: Parts, opts: pulumi.ResourceOptions) -> aks.ManagedCluster:
    """Return a cluster, put together from its parts."""
    kubelet = parts.kubelet
    return aks.ManagedCluster(
        settings.name,
        resource_name_=settings.name,
        resource_group_name=parts.group.name,
        location=settings.account.region,
        node_resource_group=f"{settings.name}-nodes",
        dns_prefix=settings.name,
        kubernetes_version=settings.version,
        sku=aks.ManagedClusterSKUArgs(name="Base", tier="Standard" if settings.sla else "Free"),
        tags=tags(settings.account),
        identity=aks.ManagedClusterIdentityArgs(
            type=aks.ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[parts.control_plane.id]
        ),
        identity_profile={
            "kubeletidentity": aks.UserAssignedIdentityArgs(
                client_id=kubelet.client_id, object_id=kubelet.principal_id, resource_id=kubelet.id
            )
        },
        enable_rbac=True,
        disable_local_accounts=True,
        aad_profile=aks.ManagedClusterAADProfileArgs(
            managed=True,
            enable_azure_rbac=True,
            tenant_id=settings.account.tenant,
            admin_group_object_ids=list(settings.admins) or None,
        ),
        api_server_access_profile=_reach(settings, parts.network),
        oidc_issuer_profile=aks.ManagedClusterOIDCIssuerProfileArgs(enabled=True),
        security_profile=_security(settings, parts.key),
        auto_upgrade_profile=aks.ManagedClusterAutoUpgradeProfileArgs(
            upgrade_channel=settings.channel, node_os_upgrade_channel="NodeImage"
        ),
        network_profile=_network(),
        addon_profiles={
            "azureKeyvaultSecretsProvider": aks.ManagedClusterAddonProfileArgs(
                enabled=True, config={"enableSecretRotation": "true", "rotationPollInterval": "2m"}
            ),
            "azurepolicy": aks.ManagedClusterAddonProfileArgs(enabled=True),
        },
        agent_pool_profiles=[nodes.system(settings, parts.network.nodes.id)],
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(ignore_changes=_not_ours(settings))),
    )


def _not_ours(settings: AksRuntime) -> list[str]:
    """Return what is for others to say: nodes for the autoscaler, and the version where a channel moves it."""
    counted = ["agentPoolProfiles[0].count"]
    return [*counted, "kubernetesVersion"] if settings.channel == "stable" else counted


def _reach(settings: AksRuntime, network: Network) -> aks.ManagedClusterAPIServerAccessProfileArgs:
    if settings.api_cidrs:
        return aks.ManagedClusterAPIServerAccessProfileArgs(
            authorized_ip_ranges=list(settings.api_cidrs), disable_run_command=True
        )
    return aks.ManagedClusterAPIServerAccessProfileArgs(
        enable_private_cluster=True,
        enable_private_cluster_public_fqdn=False,
        private_dns_zone="system",
        enable_vnet_integration=True,
        subnet_id=network.api.id,
        disable_run_command=True,
    )


def _security(
    settings: AksRuntime, key: tuple[keyvault.Vault, keyvault.Key] | None
) -> aks.ManagedClusterSecurityProfileArgs:
    kms = None
    if key:
        vault, made = key
        kms = aks.AzureKeyVaultKmsArgs(
            enabled=True,
            key_id=made.key_uri_with_version,
            key_vault_network_access="Public" if settings.api_cidrs else "Private",
            key_vault_resource_id=None if settings.api_cidrs else vault.id,
        )
    return aks.ManagedClusterSecurityProfileArgs(
        azure_key_vault_kms=kms,
        image_cleaner=aks.ManagedClusterSecurityProfileImageCleanerArgs(enabled=True, interval_hours=168),
        workload_identity=aks.ManagedClusterSecurityProfileWorkloadIdentityArgs(enabled=True),
    )


def _network() -> aks.ContainerServiceNetworkProfileArgs:
    return aks.ContainerServiceNetworkProfileArgs(
        network_plugin="azure",
        network_plugin_mode="overlay",
        network_dataplane="cilium",
        network_policy="cilium",
        load_balancer_sku="standard",
        outbound_type="userAssignedNATGateway",
        pod_cidr=POD_CIDR,
        service_cidr=SERVICE_CIDR,
        dns_service_ip=DNS,
    )
