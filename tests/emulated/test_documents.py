"""Every document that the program writes for AWS is taken as it is, by an emulator that refuses broken ones.

The emulator is moto: it checks policies, trust and rules of a clean-up as AWS documents them, and has AWS's own policies.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.components.recording import Made
from tests.emulated.accounts import Caller
from tests.emulated.world import ACCOUNTS, World


def registered(world: World, kind: str) -> list[tuple[Caller, Made]]:
    """Return what was registered of a type, each with who may look at all of its account."""
    roots = {stack: world.emulator.root(account) for stack, account in ACCOUNTS.items()}
    return [(roots[stack], one) for stack, recording in world.registered.items() for one in recording.of(kind)]


def first(world: World, kind: str) -> tuple[Caller, Made]:
    return registered(world, kind)[0]


def test_who_may_take_on_each_role_is_taken_as_written(accepted):
    roles = registered(accepted, ":Role")
    assert len(roles) == 14
    for root, one in roles:
        found = root.ask("iam", "get_role", RoleName=one.inputs["name"])["Role"]
        assert found["AssumeRolePolicyDocument"] == json.loads(one.inputs["assumeRolePolicy"]), one.name
        assert found["MaxSessionDuration"] == one.inputs.get("maxSessionDuration", 3600), one.name
        assert {"Key": "managed-by", "Value": "pvn"} in found["Tags"], one.name


def test_what_each_role_may_is_taken_as_written(accepted):
    policies = registered(accepted, ":RolePolicy")
    assert len(policies) == 8
    for root, one in policies:
        found = root.ask("iam", "get_role_policy", RoleName=one.inputs["role"], PolicyName=one.inputs["name"])
        assert found["PolicyDocument"] == json.loads(one.inputs["policy"]), one.name


def test_each_of_awss_own_policies_that_a_role_gets_exists(accepted):
    attached = registered(accepted, ":RolePolicyAttachment")
    assert len(attached) == 10
    for root, one in attached:
        found = root.ask("iam", "list_attached_role_policies", RoleName=one.inputs["role"])["AttachedPolicies"]
        assert one.inputs["policyArn"] in [policy["PolicyArn"] for policy in found], one.name


def test_each_repository_has_the_policies_that_it_was_given(accepted):
    policies = registered(accepted, ":RepositoryPolicy")
    assert len(policies) == len(registered(accepted, "ecr/repository:Repository")) == 3
    for root, one in policies:
        found = root.ask("ecr", "get_repository_policy", repositoryName=one.inputs["repository"])
        assert json.loads(found["policyText"]) == json.loads(one.inputs["policy"]), one.name
    for root, one in registered(accepted, ":LifecyclePolicy"):
        found = root.ask("ecr", "get_lifecycle_policy", repositoryName=one.inputs["repository"])
        assert json.loads(found["lifecyclePolicyText"]) == json.loads(one.inputs["policy"]), one.name


def test_repositories_are_in_their_account_immutable_but_for_temporary_tags_and_under_its_key(accepted):
    root = accepted.emulator.root(ACCOUNTS["shared"])
    (found_key,) = [one["KeyArn"] for one in root.ask("kms", "list_keys")["Keys"]]
    for _, one in registered(accepted, "ecr/repository:Repository"):
        (found,) = root.ask("ecr", "describe_repositories", repositoryNames=[one.inputs["name"]])["repositories"]
        assert found["registryId"] == ACCOUNTS["shared"]
        assert found["imageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
        excluded = [each["filter"] for each in found["imageTagMutabilityExclusionFilters"]]
        assert excluded == ["pr-*", "buildcache-*"]
        assert found["encryptionConfiguration"] == {"encryptionType": "KMS", "kmsKey": found_key}
        assert found["imageScanningConfiguration"] == {"scanOnPush": True}


def test_keys_are_turned_over(accepted):
    keys = registered(accepted, "kms/key:Key")
    assert len(keys) == 3
    for root, one in keys:
        (found,) = root.ask("kms", "list_keys")["Keys"]
        assert root.ask("kms", "get_key_rotation_status", KeyId=found["KeyId"])["KeyRotationEnabled"], one.name


def test_a_registry_looks_into_every_image(accepted):
    root, _ = first(accepted, ":RegistryScanningConfiguration")
    said = root.ask("ecr", "get_registry_scanning_configuration")["scanningConfiguration"]
    assert said["scanType"] == "ENHANCED"
    (rule,) = said["rules"]
    assert rule == {"scanFrequency": "CONTINUOUS_SCAN", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}


def test_the_issuers_that_an_account_believes_are_those_that_roles_name(accepted):
    issuers = registered(accepted, ":OpenIdConnectProvider")
    assert len(issuers) == 2
    for root, one in issuers:
        (found,) = root.ask("iam", "list_open_id_connect_providers")["OpenIDConnectProviderList"]
        said = root.ask("iam", "get_open_id_connect_provider", OpenIDConnectProviderArn=found["Arn"])
        assert said["ClientIDList"] == ["sts.amazonaws.com"], one.name
        trusts = [json.loads(role.inputs["assumeRolePolicy"]) for _, role in registered(accepted, ":Role")]
        assert found["Arn"] in [each["Statement"][0]["Principal"].get("Federated") for each in trusts], one.name


def test_logs_are_kept_as_long_as_they_were_asked_to_be(accepted):
    for root, one in registered(accepted, ":LogGroup"):
        (found,) = root.ask("logs", "describe_log_groups", logGroupNamePrefix=one.inputs["name"])["logGroups"]
        assert found["retentionInDays"] == one.inputs["retentionInDays"], one.name


@pytest.mark.parametrize("stack", ["staging", "production"])
def test_a_cluster_is_taken_with_its_network_its_key_and_its_roles(accepted, stack):
    root, name = accepted.emulator.root(ACCOUNTS[stack]), f"kubernetes-{stack}"
    made = accepted.registered[stack].one("eks/cluster:Cluster").inputs
    found = root.ask("eks", "describe_cluster", name=name)["cluster"]
    (key,) = root.ask("kms", "list_keys")["Keys"]
    assert found["roleArn"] == f"arn:aws:iam::{ACCOUNTS[stack]}:role/{name}-cluster"
    assert found["encryptionConfig"] == [{"provider": {"keyArn": key["KeyArn"]}, "resources": ["secrets"]}]
    assert found["resourcesVpcConfig"]["endpointPublicAccess"] is (stack == "staging")
    subnets = root.ask("ec2", "describe_subnets", SubnetIds=made["vpcConfig"]["subnetIds"])["Subnets"]
    assert {one["AvailabilityZone"][-1] for one in subnets} == set("ab" if stack == "staging" else "abc")
    nodes = root.ask("eks", "describe_nodegroup", clusterName=name, nodegroupName=name)["nodegroup"]
    assert nodes["nodeRole"] == f"arn:aws:iam::{ACCOUNTS[stack]}:role/{name}-nodes"
    assert not {one["SubnetId"] for one in subnets} & set(nodes["subnets"]), "nodes have subnets of their own"


@pytest.mark.parametrize("stack", ["staging", "production"])
def test_who_talked_to_whom_in_a_network_is_kept(accepted, stack):
    (found,) = accepted.emulator.root(ACCOUNTS[stack]).ask("ec2", "describe_flow_logs")["FlowLogs"]
    assert found["LogDestination"].endswith(f":{ACCOUNTS[stack]}:log-group:/aws/vpc/kubernetes-{stack}")
    assert found["DeliverLogsPermissionArn"] == f"arn:aws:iam::{ACCOUNTS[stack]}:role/kubernetes-{stack}-flow"


# what shows that the emulator looks


def in_statement(**changes: Any) -> Callable[[str], str]:
    """Return what breaks the first statement of a policy."""

    def broken(document: str) -> str:
        policy = json.loads(document)
        policy["Statement"][0] = {name: text for name, text in {**policy["Statement"][0], **changes}.items() if text}
        return json.dumps(policy)

    return broken


def in_selection(**changes: Any) -> Callable[[str], str]:
    """Return what breaks the first rule of a lifecycle policy."""

    def broken(document: str) -> str:
        policy = json.loads(document)
        rule = policy["rules"][0]
        rule["selection"] = {name: text for name, text in {**rule["selection"], **changes}.items() if text}
        return json.dumps(policy)

    return broken


@pytest.mark.parametrize(
    "breaks",
    [
        in_statement(Effect="Permit"),
        in_statement(Action=["sts:BecomeRole"]),
        in_statement(Resource="*"),
        in_statement(Principals={"AWS": "*"}),
        lambda document: document[:-1],
    ],
    ids=["effect", "action", "resource", "element", "no JSON"],
)
def test_a_broken_trust_is_refused(accepted, breaks):
    root, one = first(accepted, ":Role")
    put = {"RoleName": one.inputs["name"], "PolicyDocument": breaks(one.inputs["assumeRolePolicy"])}
    with pytest.raises(ClientError, match="MalformedPolicyDocument"):
        root.ask("iam", "update_assume_role_policy", **put)


@pytest.mark.parametrize(
    "breaks",
    [
        in_statement(Effect="Permit"),
        in_statement(Action="PutImage"),
        in_statement(Resource="repository/*"),
        in_statement(Resource=None),
        in_statement(Condition={"StringIs": {"aws:RequestedRegion": "us-east-1"}}),
        lambda document: document.replace("2012-10-17", "2026-01-01"),
    ],
    ids=["effect", "action", "resource", "no resource", "operator", "version"],
)
def test_a_broken_policy_of_a_role_is_refused(accepted, breaks):
    root, one = first(accepted, ":RolePolicy")
    put = {"RoleName": one.inputs["role"], "PolicyName": "broken", "PolicyDocument": breaks(one.inputs["policy"])}
    with pytest.raises(ClientError, match="MalformedPolicyDocument"):
        root.ask("iam", "put_role_policy", **put)


@pytest.mark.parametrize(
    "breaks", [in_statement(Effect="Permit"), in_statement(Action=None), lambda document: document[:-1]]
)
def test_a_broken_policy_of_a_repository_is_refused(accepted, breaks):
    root, one = first(accepted, ":RepositoryPolicy")
    put = {"repositoryName": one.inputs["repository"], "policyText": breaks(one.inputs["policy"])}
    with pytest.raises(ClientError, match="InvalidParameterException"):
        root.ask("ecr", "set_repository_policy", **put)


@pytest.mark.parametrize(
    "breaks",
    [
        in_selection(countType="sinceImagePulled"),
        in_selection(tagStatus="forgotten"),
        in_selection(countNumber=-1),
    ],
)
def test_broken_rules_of_a_clean_up_are_refused(accepted, breaks):
    root, one = first(accepted, ":LifecyclePolicy")
    put = {"repositoryName": one.inputs["repository"], "lifecyclePolicyText": breaks(one.inputs["policy"])}
    with pytest.raises(ClientError, match="InvalidParameterException"):
        root.ask("ecr", "put_lifecycle_policy", **put)


def test_a_policy_that_aws_does_not_have_is_refused(accepted):
    root, one = first(accepted, ":RolePolicyAttachment")
    wanted = {"RoleName": one.inputs["role"], "PolicyArn": "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullMostly"}
    with pytest.raises(ClientError, match="NoSuchEntity"):
        root.ask("iam", "attach_role_policy", **wanted)
