"""The nodes of an AKS cluster: those of the cluster itself, which it is born with, and a pool of its own for workloads."""

from __future__ import annotations

import pulumi
from msgspec import Struct
from pulumi_azure_native import containerservice as aks
from pulumi_azure_native import resources

from components.azure.account import tags
from delivery.shapes.azure import AksRuntime

POOL = "nodes"


class NodesArgs(Struct, frozen=True, kw_only=True):
    """What the nodes for workloads need to know."""

    settings: AksRuntime
    """The cluster: which machines, how many, in which zones."""
    cluster: pulumi.Input[str]
    """The name of the cluster."""
    group: resources.ResourceGroup
    """The resource group that it is part of."""
    subnet: pulumi.Input[str]
    """The subnet that they run in."""


class Nodes(pulumi.ComponentResource):
    """A node pool: adding one to a cluster's own list would fail its next update."""

    pool: aks.AgentPool
    """The pool; once it is there, nodes are ready."""

    def __init__(self, name: str, args: NodesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:azure:Nodes", name, {}, opts)
        settings, nodes = args.settings, args.settings.nodes
        is_spot = nodes.capacity == "spot"
        self.pool = aks.AgentPool(
            name,
            agent_pool_name=POOL,
            resource_group_name=args.group.name,
            resource_name_=args.cluster,
            mode="User",
            orchestrator_version=settings.version,
            vm_size=nodes.vm_size,
            os_sku="AzureLinux",
            os_type="Linux",
            os_disk_type="Ephemeral",
            os_disk_size_gb=nodes.disk,
            max_pods=110,
            enable_auto_scaling=True,
            count=nodes.min,
            min_count=nodes.min,
            max_count=nodes.max,
            scale_set_priority="Spot" if is_spot else "Regular",
            scale_set_eviction_policy="Delete" if is_spot else None,
            availability_zones=list(settings.zones) or None,
            vnet_subnet_id=args.subnet,
            upgrade_settings=_surge(),
            tags=tags(settings.account),
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=_not_ours(settings)),
        )
        self.register_outputs({})


def system(settings: AksRuntime, subnet: pulumi.Input[str]) -> aks.ManagedClusterAgentPoolProfileArgs:
    """Return the pool that a cluster is born with, for nothing but the cluster itself."""
    nodes = settings.system_nodes
    return aks.ManagedClusterAgentPoolProfileArgs(
        name="system",
        mode="System",
        vm_size=nodes.vm_size,
        os_sku="AzureLinux",
        os_type="Linux",
        os_disk_type="Ephemeral",
        max_pods=110,
        enable_auto_scaling=True,
        count=nodes.min,
        min_count=nodes.min,
        max_count=nodes.max,
        type="VirtualMachineScaleSets",
        availability_zones=list(settings.zones) or None,
        node_taints=["CriticalAddonsOnly=true:NoSchedule"],
        vnet_subnet_id=subnet,
        upgrade_settings=_surge(),
    )


def _surge() -> aks.AgentPoolUpgradeSettingsArgs:
    return aks.AgentPoolUpgradeSettingsArgs(max_surge="33%")


def _not_ours(settings: AksRuntime) -> list[str]:
    """Return what is for others to say: how many there are for the autoscaler, the version for the channel that moves it."""
    return ["count", "orchestratorVersion"] if settings.channel == "stable" else ["count"]
