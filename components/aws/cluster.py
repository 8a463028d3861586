"""The arguments of an EKS cluster."""

from __future__ import annotations

import pulumi
from pulumi_aws import eks

from components.aws.network import Network
from delivery.shapes.aws import EksRuntime

SERVICE_CIDR = "172.20.0.0/16"
"""Addresses of Services; they never leave the cluster. Set, since they can never change."""


def arguments(settings: EksRuntime, network: Network, key: pulumi.Input[str], role: pulumi.Input[str]) -> eks.ClusterArgs:
    """Return a cluster's arguments. `key` is the ARN of the key of its secrets, `role` that of the control plane's role."""
    callers = list(settings.api_cidrs)
    return eks.ClusterArgs(
        name=settings.name,
        version=settings.version,
        role_arn=role,
        deletion_protection=settings.protect,
        bootstrap_self_managed_addons=False,
        enabled_cluster_log_types=list(settings.logs),
        access_config=eks.ClusterAccessConfigArgs(
            authentication_mode="API", bootstrap_cluster_creator_admin_permissions=False
        ),
        encryption_config=eks.ClusterEncryptionConfigArgs(
            provider=eks.ClusterEncryptionConfigProviderArgs(key_arn=key), resources=["secrets"]
        ),
        kubernetes_network_config=eks.ClusterKubernetesNetworkConfigArgs(ip_family="ipv4", service_ipv4_cidr=SERVICE_CIDR),
        upgrade_policy=eks.ClusterUpgradePolicyArgs(support_type="STANDARD"),
        vpc_config=eks.ClusterVpcConfigArgs(
            subnet_ids=network.api_subnet_ids,
            endpoint_private_access=True,
            endpoint_public_access=bool(callers),
            public_access_cidrs=callers or None,
        ),
        zonal_shift_config=eks.ClusterZonalShiftConfigArgs(enabled=settings.zonal_shift),
    )
