"""What takes away what the makers made: the calls that a destroy takes, by type.

Issuers have none: GitHub's is kept, and for a cluster's the one emulator that refuses cannot tell which it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.emulated.makers.account import Account, Call, Inputs


def calls(account: Account, kind: str, id_: str, inputs: Inputs) -> list[Call]:
    """Return the calls that take one thing away, in order; none where it goes with something else."""
    if kind == "aws:iam/rolePolicyAttachment:RolePolicyAttachment":
        return [_attachment(account, inputs)]
    return [_REMOVALS[kind](id_, inputs)] if kind in _REMOVALS else _IN_STEPS.get(kind, _nothing)(id_, inputs)


def _nothing(_: str, __: Inputs) -> list[Call]:
    return []


def _attachment(account: Account, inputs: Inputs) -> Call:
    role, policy = inputs["role"], inputs["policyArn"]
    attached = account.ask("iam", "list_attached_role_policies", RoleName=role)["AttachedPolicies"]
    if policy in [one["PolicyArn"] for one in attached]:
        return ("iam", "detach_role_policy", {"RoleName": role, "PolicyArn": policy})
    return ("iam", "delete_role_policy", {"RoleName": role, "PolicyName": policy.rpartition("/")[2]})


def _one(service: str, operation: str, name: str) -> Callable[[str, Inputs], Call]:
    """Return what takes away a thing that is told by its id alone."""
    return lambda id_, _: (service, operation, {name: id_})


def _told(service: str, operation: str, **names: str) -> Callable[[str, Inputs], Call]:
    """Return what takes away a thing that is told by what it was made with."""
    return lambda _, inputs: (service, operation, {name: inputs[own] for name, own in names.items()})


_REMOVALS: Mapping[str, Callable[[str, Inputs], Call]] = {
    "aws:cloudwatch/logGroup:LogGroup": _told("logs", "delete_log_group", logGroupName="name"),
    "aws:ec2/eip:Eip": _one("ec2", "release_address", "AllocationId"),
    "aws:ec2/flowLog:FlowLog": lambda id_, _: ("ec2", "delete_flow_logs", {"FlowLogIds": [id_]}),
    "aws:ec2/launchTemplate:LaunchTemplate": _one("ec2", "delete_launch_template", "LaunchTemplateId"),
    "aws:ec2/natGateway:NatGateway": _one("ec2", "delete_nat_gateway", "NatGatewayId"),
    "aws:ec2/routeTable:RouteTable": _one("ec2", "delete_route_table", "RouteTableId"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _one("ec2", "disassociate_route_table", "AssociationId"),
    "aws:ec2/securityGroup:SecurityGroup": _one("ec2", "delete_security_group", "GroupId"),
    "aws:ec2/subnet:Subnet": _one("ec2", "delete_subnet", "SubnetId"),
    "aws:ec2/vpc:Vpc": _one("ec2", "delete_vpc", "VpcId"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": lambda id_, _: ("ec2", "delete_vpc_endpoints", {"VpcEndpointIds": [id_]}),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _told("ecr", "delete_lifecycle_policy", repositoryName="repository"),
    "aws:ecr/repository:Repository": _told("ecr", "delete_repository", repositoryName="name"),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": _told("ecr", "delete_repository_policy", repositoryName="repository"),
    "aws:eks/accessEntry:AccessEntry": _told(
        "eks", "delete_access_entry", clusterName="clusterName", principalArn="principalArn"
    ),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": _told(
        "eks", "disassociate_access_policy", clusterName="clusterName", principalArn="principalArn", policyArn="policyArn"
    ),
    "aws:eks/addon:Addon": _told("eks", "delete_addon", clusterName="clusterName", addonName="addonName"),
    "aws:eks/cluster:Cluster": _told("eks", "delete_cluster", name="name"),
    "aws:eks/nodeGroup:NodeGroup": _told("eks", "delete_nodegroup", clusterName="clusterName", nodegroupName="clusterName"),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": lambda id_, inputs: (
        "eks",
        "delete_pod_identity_association",
        {"clusterName": inputs["clusterName"], "associationId": id_},
    ),
    "aws:iam/role:Role": _told("iam", "delete_role", RoleName="name"),
    "aws:iam/rolePolicy:RolePolicy": _told("iam", "delete_role_policy", RoleName="role", PolicyName="name"),
    "aws:kms/key:Key": lambda id_, _: ("kms", "schedule_key_deletion", {"KeyId": id_, "PendingWindowInDays": 30}),
}
_IN_STEPS: Mapping[str, Callable[[str, Inputs], list[Call]]] = {
    "aws:ec2/internetGateway:InternetGateway": lambda id_, inputs: [
        ("ec2", "detach_internet_gateway", {"InternetGatewayId": id_, "VpcId": inputs["vpcId"]}),
        ("ec2", "delete_internet_gateway", {"InternetGatewayId": id_}),
    ],
}
