"""The nodes of a Standard cluster: a pool outside it, since changing one inside would replace the whole cluster."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from msgspec import Struct
from pulumi_gcp import container

from delivery.shapes.gcp import GkeNodes

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
"""What nodes may do is for their identity to say, not for scopes."""


class NodesArgs(Struct, frozen=True, kw_only=True):
    """What the nodes of a cluster need to know."""

    settings: GkeNodes
    """What machines, and how many."""
    cluster: pulumi.Input[str]
    """The id of the cluster."""
    region: str
    """Where it is."""
    identity: pulumi.Input[str]
    """The address of the nodes' service account."""
    after: Sequence[pulumi.Resource]
    """What has to be there first: rights, and a way to the internet."""


class Nodes(pulumi.ComponentResource):
    """A node pool across the zones of a region."""

    pool: container.NodePool
    """The pool; once it is there, nodes are ready."""

    def __init__(self, name: str, args: NodesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:gcp:Nodes", name, {}, opts)
        settings = args.settings
        self.pool = container.NodePool(
            name,
            cluster=args.cluster,
            location=args.region,
            initial_node_count=1,
            autoscaling=container.NodePoolAutoscalingArgs(
                total_min_node_count=settings.min, total_max_node_count=settings.max, location_policy="BALANCED"
            ),
            management=container.NodePoolManagementArgs(auto_repair=True, auto_upgrade=True),
            upgrade_settings=container.NodePoolUpgradeSettingsArgs(strategy="SURGE", max_surge=1, max_unavailable=0),
            network_config=container.NodePoolNetworkConfigArgs(enable_private_nodes=True),
            node_config=_machine(settings, args.identity),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=args.after,
                # how many there are is for the autoscaler to say
                ignore_changes=["initialNodeCount"],
            ),
        )
        self.register_outputs({})


def _machine(settings: GkeNodes, identity: pulumi.Input[str]) -> container.NodePoolNodeConfigArgs:
    return container.NodePoolNodeConfigArgs(
        machine_type=settings.machine_type,
        image_type="COS_CONTAINERD",
        disk_type="pd-balanced",
        disk_size_gb=settings.disk,
        spot=settings.capacity == "spot",
        service_account=identity,
        oauth_scopes=[SCOPE],
        shielded_instance_config=container.NodePoolNodeConfigShieldedInstanceConfigArgs(
            enable_secure_boot=True, enable_integrity_monitoring=True
        ),
        # pods see their own identity, never the node's
        workload_metadata_config=container.NodePoolNodeConfigWorkloadMetadataConfigArgs(mode="GKE_METADATA"),
        gcfs_config=container.NodePoolNodeConfigGcfsConfigArgs(enabled=True),
        metadata={"disable-legacy-endpoints": "true"},
    )
