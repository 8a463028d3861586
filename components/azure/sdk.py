"""What is needed of `pulumi_azure_native.network`, module by module: most of it is for others, and takes long to load."""

from pulumi_azure_native.network._inputs import (
    AddressSpaceArgs,
    DelegationArgs,
    NatGatewaySkuArgs,
    PublicIPAddressSkuArgs,
    SubResourceArgs,
)
from pulumi_azure_native.network.nat_gateway import NatGateway
from pulumi_azure_native.network.public_ip_address import PublicIPAddress
from pulumi_azure_native.network.subnet import Subnet
from pulumi_azure_native.network.virtual_network import VirtualNetwork

__all__ = [
    "AddressSpaceArgs",
    "DelegationArgs",
    "NatGateway",
    "NatGatewaySkuArgs",
    "PublicIPAddress",
    "PublicIPAddressSkuArgs",
    "SubResourceArgs",
    "Subnet",
    "VirtualNetwork",
]
