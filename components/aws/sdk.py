"""What is needed of `pulumi_aws.ec2`, module by module: most of it is for others, and takes long to load."""

from pulumi_aws.ec2._inputs import (
    LaunchTemplateBlockDeviceMappingArgs,
    LaunchTemplateBlockDeviceMappingEbsArgs,
    LaunchTemplateMetadataOptionsArgs,
    LaunchTemplateTagSpecificationArgs,
    RouteTableRouteArgs,
    SecurityGroupIngressArgs,
)
from pulumi_aws.ec2.default_security_group import DefaultSecurityGroup
from pulumi_aws.ec2.eip import Eip
from pulumi_aws.ec2.flow_log import FlowLog
from pulumi_aws.ec2.internet_gateway import InternetGateway
from pulumi_aws.ec2.launch_template import LaunchTemplate
from pulumi_aws.ec2.nat_gateway import NatGateway
from pulumi_aws.ec2.route_table import RouteTable
from pulumi_aws.ec2.route_table_association import RouteTableAssociation
from pulumi_aws.ec2.security_group import SecurityGroup
from pulumi_aws.ec2.subnet import Subnet
from pulumi_aws.ec2.vpc import Vpc
from pulumi_aws.ec2.vpc_endpoint import VpcEndpoint

__all__ = [
    "DefaultSecurityGroup",
    "Eip",
    "FlowLog",
    "InternetGateway",
    "LaunchTemplate",
    "LaunchTemplateBlockDeviceMappingArgs",
    "LaunchTemplateBlockDeviceMappingEbsArgs",
    "LaunchTemplateMetadataOptionsArgs",
    "LaunchTemplateTagSpecificationArgs",
    "NatGateway",
    "RouteTable",
    "RouteTableAssociation",
    "RouteTableRouteArgs",
    "SecurityGroup",
    "SecurityGroupIngressArgs",
    "Subnet",
    "Vpc",
    "VpcEndpoint",
]
