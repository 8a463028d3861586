"""What is needed of `pulumi_gcp.compute`, module by module: most of it is for others, and takes long to load."""

from pulumi_gcp.compute._inputs import RouterNatLogConfigArgs, SubnetworkLogConfigArgs, SubnetworkSecondaryIpRangeArgs
from pulumi_gcp.compute.network import Network
from pulumi_gcp.compute.router import Router
from pulumi_gcp.compute.router_nat import RouterNat
from pulumi_gcp.compute.subnetwork import Subnetwork

__all__ = [
    "Network",
    "Router",
    "RouterNat",
    "RouterNatLogConfigArgs",
    "Subnetwork",
    "SubnetworkLogConfigArgs",
    "SubnetworkSecondaryIpRangeArgs",
]
