"""The virtual network of a cluster: a subnet for nodes with a way out, and one for the API."""

from __future__ import annotations

import ipaddress

import pulumi
from msgspec import Struct
from pulumi_azure_native import resources

from components.azure import sdk
from components.azure.account import tags
from delivery.shapes.azure import AzureAccount, AzureNetwork


class NetworkArgs(Struct, frozen=True, kw_only=True):
    """What a network needs to know."""

    settings: AzureNetwork
    """Its addresses."""
    account: AzureAccount
    """Where it is made."""
    group: resources.ResourceGroup
    """The resource group that it is part of."""


class Subnets(Struct, frozen=True):
    """Who gets which addresses."""

    nodes: str
    api: str


def carve(cidr: str) -> Subnets:
    """Return the subnets of a network: the front half for nodes, and the first 16 addresses behind it for the API."""
    nodes, rest = ipaddress.IPv4Network(cidr).subnets()
    return Subnets(str(nodes), f"{rest.network_address}/28")


class Network(pulumi.ComponentResource):
    """A virtual network whose nodes have no address that the internet could reach."""

    network_id: pulumi.Output[str]
    """The network."""
    nodes: sdk.Subnet
    """The subnet of nodes."""
    api: sdk.Subnet
    """The subnet of the API, where it is private."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:azure:Network", name, {}, opts)
        self._name, self._args, self._opts = name, args, pulumi.ResourceOptions(parent=self)
        self._vnet = sdk.VirtualNetwork(
            name,
            virtual_network_name=name,
            resource_group_name=args.group.name,
            location=args.account.region,
            address_space=sdk.AddressSpaceArgs(address_prefixes=[args.settings.cidr]),
            tags=tags(args.account),
            # the subnets are resources of their own
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["subnets"]),
        )
        subnets, gateway = carve(args.settings.cidr), self._way_out()
        self.nodes = self._subnet("nodes", subnets.nodes, gateway=sdk.SubResourceArgs(id=gateway.id))
        delegation = sdk.DelegationArgs(name="aks", service_name="Microsoft.ContainerService/managedClusters")
        # one after the other: a network takes one change at a time
        self.api = self._subnet("api", subnets.api, delegation=delegation, after=self.nodes)
        self.network_id = self._vnet.id
        self.register_outputs({"network_id": self.network_id})

    def _way_out(self) -> sdk.NatGateway:
        group, account = self._args.group.name, self._args.account
        address = sdk.PublicIPAddress(
            self._name,
            public_ip_address_name=self._name,
            resource_group_name=group,
            location=account.region,
            sku=sdk.PublicIPAddressSkuArgs(name="Standard"),
            public_ip_allocation_method="Static",
            tags=tags(account),
            opts=self._opts,
        )
        return sdk.NatGateway(
            self._name,
            nat_gateway_name=self._name,
            resource_group_name=group,
            location=account.region,
            sku=sdk.NatGatewaySkuArgs(name="Standard"),
            public_ip_addresses=[sdk.SubResourceArgs(id=address.id)],
            tags=tags(account),
            opts=self._opts,
        )

    def _subnet(
        self,
        kind: str,
        cidr: str,
        *,
        gateway: sdk.SubResourceArgs | None = None,
        delegation: sdk.DelegationArgs | None = None,
        after: pulumi.Resource | None = None,
    ) -> sdk.Subnet:
        return sdk.Subnet(
            f"{self._name}-{kind}",
            subnet_name=kind,
            resource_group_name=self._args.group.name,
            virtual_network_name=self._vnet.name,
            address_prefix=cidr,
            # the way out is the gateway, and nothing that Azure adds by itself
            default_outbound_access=False,
            nat_gateway=gateway,
            delegations=[delegation] if delegation else None,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[after] if after else None),
        )
