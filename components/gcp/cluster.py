"""The arguments of a GKE cluster: what every cluster gets, and what only one of the two modes takes."""

from __future__ import annotations

import pulumi
from pulumi_gcp import container

from components.gcp.network import PODS, SERVICES, Network
from components.gcp.nodes import SCOPE
from delivery.shapes.gcp import GkeRuntime

LOGS = ("SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER", "SCHEDULER", "CONTROLLER_MANAGER")
METRICS = ("SYSTEM_COMPONENTS", "APISERVER", "SCHEDULER", "CONTROLLER_MANAGER")


def arguments(
    settings: GkeRuntime, network: Network, key: pulumi.Input[str], nodes: pulumi.Input[str]
) -> container.ClusterArgs:
    """Return a cluster's arguments.

    `key` is the id of the key of its secrets, `nodes` the address of its nodes' service account.
    """
    found = container.ClusterArgs(
        name=settings.name,
        location=settings.account.region,
        network=network.network_id,
        subnetwork=network.subnet_id,
        ip_allocation_policy=container.ClusterIpAllocationPolicyArgs(
            cluster_secondary_range_name=PODS, services_secondary_range_name=SERVICES, stack_type="IPV4"
        ),
        deletion_protection=settings.protect,
        release_channel=container.ClusterReleaseChannelArgs(channel=settings.channel.upper()),
        maintenance_policy=_maintenance(settings),
        database_encryption=container.ClusterDatabaseEncryptionArgs(state="ENCRYPTED", key_name=key),
        binary_authorization=container.ClusterBinaryAuthorizationArgs(
            evaluation_mode="PROJECT_SINGLETON_POLICY_ENFORCE" if settings.verified_images else "DISABLED"
        ),
        secret_manager_config=container.ClusterSecretManagerConfigArgs(enabled=True),
        cost_management_config=container.ClusterCostManagementConfigArgs(enabled=True),
    )
    _shut(found, settings)
    _watch(found)
    if settings.mode == "standard":
        _standard(found, settings, nodes)
    else:
        _autopilot(found, nodes)
    return found


def _shut(found: container.ClusterArgs, settings: GkeRuntime) -> None:
    """Leave one way in: the endpoint that IAM guards. Older ways stay shut, whatever Google's defaults become."""
    found.private_cluster_config = container.ClusterPrivateClusterConfigArgs(
        enable_private_nodes=True, enable_private_endpoint=True
    )
    found.control_plane_endpoints_config = container.ClusterControlPlaneEndpointsConfigArgs(
        dns_endpoint_config=container.ClusterControlPlaneEndpointsConfigDnsEndpointConfigArgs(
            allow_external_traffic=settings.api_from_outside
        ),
        ip_endpoints_config=container.ClusterControlPlaneEndpointsConfigIpEndpointsConfigArgs(enabled=False),
    )
    found.master_auth = container.ClusterMasterAuthArgs(
        client_certificate_config=container.ClusterMasterAuthClientCertificateConfigArgs(issue_client_certificate=False)
    )
    found.enable_legacy_abac = False
    found.rbac_binding_config = container.ClusterRbacBindingConfigArgs(
        enable_insecure_binding_system_authenticated=False, enable_insecure_binding_system_unauthenticated=False
    )


def _watch(found: container.ClusterArgs) -> None:
    found.logging_config = container.ClusterLoggingConfigArgs(enable_components=list(LOGS))
    found.monitoring_config = container.ClusterMonitoringConfigArgs(
        enable_components=list(METRICS),
        managed_prometheus=container.ClusterMonitoringConfigManagedPrometheusArgs(enabled=True),
    )
    found.security_posture_config = container.ClusterSecurityPostureConfigArgs(
        mode="BASIC", vulnerability_mode="VULNERABILITY_DISABLED"
    )


def _standard(found: container.ClusterArgs, settings: GkeRuntime, nodes: pulumi.Input[str]) -> None:
    found.datapath_provider = "ADVANCED_DATAPATH"
    found.enable_shielded_nodes = True
    found.workload_identity_config = container.ClusterWorkloadIdentityConfigArgs(
        workload_pool=f"{settings.account.project}.svc.id.goog"
    )
    found.dns_config = container.ClusterDnsConfigArgs(cluster_dns="CLOUD_DNS", cluster_dns_scope="CLUSTER_SCOPE")
    found.gateway_api_config = container.ClusterGatewayApiConfigArgs(channel="CHANNEL_STANDARD")
    # a cluster is born with a pool, which goes at once; until then it must not use an account that may be disabled
    found.initial_node_count = 1
    found.remove_default_node_pool = True
    found.node_config = container.ClusterNodeConfigArgs(service_account=nodes, oauth_scopes=[SCOPE])


def _autopilot(found: container.ClusterArgs, nodes: pulumi.Input[str]) -> None:
    found.enable_autopilot = True
    found.cluster_autoscaling = container.ClusterClusterAutoscalingArgs(
        auto_provisioning_defaults=container.ClusterClusterAutoscalingAutoProvisioningDefaultsArgs(
            service_account=nodes, oauth_scopes=[SCOPE]
        )
    )


def _maintenance(settings: GkeRuntime) -> container.ClusterMaintenancePolicyArgs:
    hour = settings.maintenance_hour
    return container.ClusterMaintenancePolicyArgs(
        recurring_window=container.ClusterMaintenancePolicyRecurringWindowArgs(
            # a date in the past: only its hours count
            start_time=f"2024-01-01T{hour:02}:00:00Z",
            end_time=f"2024-01-01T{hour + 4:02}:00:00Z",
            recurrence=f"FREQ=WEEKLY;BYDAY={','.join(settings.maintenance_days)}",
        )
    )
