"""A network and what is in it, as calls to an emulator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.emulated.makers.account import Account, Inputs, Maker


def _vpc(account: Account, inputs: Inputs) -> Inputs:
    ask = account.ask
    made = ask("ec2", "create_vpc", CidrBlock=inputs["cidrBlock"], TagSpecifications=account.specified("vpc", inputs))
    id_ = made["Vpc"]["VpcId"]
    ask("ec2", "modify_vpc_attribute", VpcId=id_, EnableDnsSupport={"Value": inputs["enableDnsSupport"]})
    ask("ec2", "modify_vpc_attribute", VpcId=id_, EnableDnsHostnames={"Value": inputs["enableDnsHostnames"]})
    return {"id": id_}


def _default_group(account: Account, inputs: Inputs) -> Inputs:
    wanted = [{"Name": "vpc-id", "Values": [inputs["vpcId"]]}, {"Name": "group-name", "Values": ["default"]}]
    (found,) = account.ask("ec2", "describe_security_groups", Filters=wanted)["SecurityGroups"]
    _close(account, found, "ingress")
    _close(account, found, "egress")
    return {"id": found["GroupId"]}


def _group(account: Account, inputs: Inputs) -> Inputs:
    about = {"GroupName": inputs["description"], "Description": inputs["description"], "VpcId": inputs["vpcId"]}
    id_ = account.ask(
        "ec2", "create_security_group", TagSpecifications=account.specified("security-group", inputs), **about
    )["GroupId"]
    (found,) = account.ask("ec2", "describe_security_groups", GroupIds=[id_])["SecurityGroups"]
    _close(account, found, "egress")
    for rule in inputs["ingress"]:
        allowed = {
            "IpProtocol": rule["protocol"],
            "FromPort": int(rule["fromPort"]),
            "ToPort": int(rule["toPort"]),
            "IpRanges": [{"CidrIp": one, "Description": rule["description"]} for one in rule["cidrBlocks"]],
        }
        account.ask("ec2", "authorize_security_group_ingress", GroupId=id_, IpPermissions=[allowed])
    return {"id": id_}


def _close(account: Account, group: Mapping[str, Any], way: str) -> None:
    rules = group["IpPermissions" if way == "ingress" else "IpPermissionsEgress"]
    if rules:
        account.ask("ec2", f"revoke_security_group_{way}", GroupId=group["GroupId"], IpPermissions=rules)


def _subnet(account: Account, inputs: Inputs) -> Inputs:
    made = account.ask(
        "ec2",
        "create_subnet",
        VpcId=inputs["vpcId"],
        CidrBlock=inputs["cidrBlock"],
        AvailabilityZone=inputs["availabilityZone"],
        TagSpecifications=account.specified("subnet", inputs),
    )
    id_ = made["Subnet"]["SubnetId"]
    public = {"Value": inputs["mapPublicIpOnLaunch"]}
    account.ask("ec2", "modify_subnet_attribute", SubnetId=id_, MapPublicIpOnLaunch=public)
    return {"id": id_}


def _internet_gateway(account: Account, inputs: Inputs) -> Inputs:
    tags = account.specified("internet-gateway", inputs)
    id_ = account.ask("ec2", "create_internet_gateway", TagSpecifications=tags)["InternetGateway"]["InternetGatewayId"]
    account.ask("ec2", "attach_internet_gateway", InternetGatewayId=id_, VpcId=inputs["vpcId"])
    return {"id": id_}


def _address(account: Account, inputs: Inputs) -> Inputs:
    tags = account.specified("elastic-ip", inputs)
    made = account.ask("ec2", "allocate_address", Domain=inputs["domain"], TagSpecifications=tags)
    return {"id": made["AllocationId"]}


def _nat_gateway(account: Account, inputs: Inputs) -> Inputs:
    made = account.ask(
        "ec2",
        "create_nat_gateway",
        SubnetId=inputs["subnetId"],
        AllocationId=inputs["allocationId"],
        TagSpecifications=account.specified("natgateway", inputs),
    )
    return {"id": made["NatGateway"]["NatGatewayId"]}


def _route_table(account: Account, inputs: Inputs) -> Inputs:
    tags = account.specified("route-table", inputs)
    made = account.ask("ec2", "create_route_table", VpcId=inputs["vpcId"], TagSpecifications=tags)
    id_ = made["RouteTable"]["RouteTableId"]
    for route in inputs["routes"]:
        way = {"DestinationCidrBlock": route["cidrBlock"]}
        way |= {"GatewayId": route["gatewayId"]} if "gatewayId" in route else {"NatGatewayId": route["natGatewayId"]}
        account.ask("ec2", "create_route", RouteTableId=id_, **way)
    return {"id": id_}


def _association(account: Account, inputs: Inputs) -> Inputs:
    pair = {"RouteTableId": inputs["routeTableId"], "SubnetId": inputs["subnetId"]}
    return {"id": account.ask("ec2", "associate_route_table", **pair)["AssociationId"]}


def _endpoint(account: Account, inputs: Inputs) -> Inputs:
    lists = {"RouteTableIds": "routeTableIds", "SubnetIds": "subnetIds", "SecurityGroupIds": "securityGroupIds"}
    made = account.ask(
        "ec2",
        "create_vpc_endpoint",
        VpcId=inputs["vpcId"],
        ServiceName=inputs["serviceName"],
        VpcEndpointType=inputs["vpcEndpointType"],
        PrivateDnsEnabled=bool(inputs.get("privateDnsEnabled")),
        TagSpecifications=account.specified("vpc-endpoint", inputs),
        **{name: inputs[own] for name, own in lists.items() if own in inputs},
    )
    return {"id": made["VpcEndpoint"]["VpcEndpointId"]}


def _flow_log(account: Account, inputs: Inputs) -> Inputs:
    made = account.ask(
        "ec2",
        "create_flow_logs",
        ResourceIds=[inputs["vpcId"]],
        ResourceType="VPC",
        TrafficType=inputs["trafficType"],
        LogDestinationType="cloud-watch-logs",
        LogDestination=inputs["logDestination"],
        DeliverLogsPermissionArn=inputs["iamRoleArn"],
        TagSpecifications=account.specified("vpc-flow-log", inputs),
    )
    assert not made.get("Unsuccessful"), made
    return {"id": made["FlowLogIds"][0]}


MAKERS: Mapping[str, Maker] = {
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _default_group,
    "aws:ec2/eip:Eip": _address,
    "aws:ec2/flowLog:FlowLog": _flow_log,
    "aws:ec2/internetGateway:InternetGateway": _internet_gateway,
    "aws:ec2/natGateway:NatGateway": _nat_gateway,
    "aws:ec2/routeTable:RouteTable": _route_table,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _association,
    "aws:ec2/securityGroup:SecurityGroup": _group,
    "aws:ec2/subnet:Subnet": _subnet,
    "aws:ec2/vpc:Vpc": _vpc,
    "aws:ec2/vpcEndpoint:VpcEndpoint": _endpoint,
}
