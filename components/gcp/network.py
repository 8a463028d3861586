"""The network of a cluster: one subnet for nodes, with ranges of its own for pods and Services, and a way out."""

from __future__ import annotations

import ipaddress

import pulumi
from msgspec import Struct

from components.gcp import sdk
from delivery.shapes.gcp import GcpAccount, GcpNetwork

PODS, SERVICES = "pods", "services"
"""The names of the subnet's ranges."""


class NetworkArgs(Struct, frozen=True, kw_only=True):
    """What a network needs to know."""

    settings: GcpNetwork
    """Its addresses."""
    account: GcpAccount
    """Where it is made."""


class Ranges(Struct, frozen=True):
    """Who gets which addresses."""

    pods: str
    nodes: str
    services: str


def carve(cidr: str) -> Ranges:
    """Return the ranges of a network: the front half for pods; of the rest, a sixteenth each for nodes and Services."""
    pods, rest = ipaddress.IPv4Network(cidr).subnets()
    nodes, services, *_ = rest.subnets(4)
    return Ranges(str(pods), str(nodes), str(services))


class Network(pulumi.ComponentResource):
    """A network with one subnet, whose nodes have no address that the internet could reach."""

    network_id: pulumi.Output[str]
    """The network."""
    subnet_id: pulumi.Output[str]
    """The subnet for nodes, pods and Services."""
    way_out: pulumi.Resource
    """What nodes reach the internet through: without it they start and cannot pull."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:gcp:Network", name, {}, opts)
        child, ranges, region = pulumi.ResourceOptions(parent=self), carve(args.settings.cidr), args.account.region
        network = sdk.Network(name, name=name, auto_create_subnetworks=False, routing_mode="REGIONAL", opts=child)
        subnet = sdk.Subnetwork(
            name,
            name=name,
            network=network.id,
            region=region,
            ip_cidr_range=ranges.nodes,
            secondary_ip_ranges=[
                sdk.SubnetworkSecondaryIpRangeArgs(range_name=PODS, ip_cidr_range=ranges.pods),
                sdk.SubnetworkSecondaryIpRangeArgs(range_name=SERVICES, ip_cidr_range=ranges.services),
            ],
            # images and tokens come over Google's own network
            private_ip_google_access=True,
            log_config=sdk.SubnetworkLogConfigArgs(flow_sampling=0.5, metadata="INCLUDE_ALL_METADATA"),
            opts=child,
        )
        router = sdk.Router(name, name=name, network=network.id, region=region, opts=child)
        self.way_out = sdk.RouterNat(
            name,
            name=name,
            router=router.name,
            region=region,
            nat_ip_allocate_option="AUTO_ONLY",
            source_subnetwork_ip_ranges_to_nat="ALL_SUBNETWORKS_ALL_IP_RANGES",
            log_config=sdk.RouterNatLogConfigArgs(enable=True, filter="ERRORS_ONLY"),
            opts=child,
        )
        self.network_id, self.subnet_id = network.id, subnet.id
        self.register_outputs({"network_id": self.network_id})
