"""Who gets in where and what they may do there, by an emulator that refuses everything else.

The emulator is ministack: it checks signatures, and holds each call against trust and policies, resources and conditions
included. So every call of the updates that these tests begin with was allowed by nothing but examples/aws/policies.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatch
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.components.examples import made
from tests.emulated import emulators, world
from tests.emulated.accounts import Caller
from tests.emulated.cloud import Emulated, WrongAccount, enter
from tests.emulated.emulators import Emulator
from tests.emulated.makers.account import Call
from tests.emulated.world import ACCOUNTS, CI, EVERYTHING, PRODUCTION, SHARED, STRANGER, trusted

GITHUB = "token.actions.githubusercontent.com"
WORKFLOW = {"aud": "sts.amazonaws.com", "sub": "repo:acme/shop:ref:refs/heads/main"}
PUSHER = f"arn:aws:iam::{SHARED}:role/images-push"
MANIFEST = json.dumps({"schemaVersion": 2, "config": {}, "layers": []})


def refused(caller: Caller, service: str, operation: str, **arguments: object) -> bool:
    """Return whether a caller may not do something; anything else that goes wrong is an error."""
    try:
        caller.ask(service, operation, **arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation"):
            return True
        raise
    return False


def settings(guarded, stack):
    """Return what the program told a stack's provider about its account."""
    return guarded.registered[stack].one("pulumi:providers:aws").inputs


# the way in


@pytest.mark.parametrize("stack", ACCOUNTS)
def test_whoever_runs_updates_gets_into_the_account_that_a_stack_names(guarded, stack):
    account = enter(guarded.runner, settings(guarded, stack))
    said = account.caller.ask("sts", "get_caller_identity")
    assert said["Account"] == ACCOUNTS[stack]
    assert said["Arn"] == f"arn:aws:sts::{ACCOUNTS[stack]}:assumed-role/pvn-deploy/pvn"


def test_a_role_of_another_account_than_the_one_named_stops_the_update(guarded):
    mistaken = {**settings(guarded, "staging"), "assumeRoles": settings(guarded, "production")["assumeRoles"]}
    with pytest.raises(WrongAccount, match=PRODUCTION):
        enter(guarded.runner, mistaken)


@pytest.mark.parametrize("stack", ACCOUNTS)
def test_nobody_else_takes_on_a_deploy_role(guarded, stack):
    target = {"RoleArn": f"arn:aws:iam::{ACCOUNTS[stack]}:role/pvn-deploy", "RoleSessionName": "test"}
    others = {
        "somebody of the same account as the runner": administrator(guarded, CI),
        "somebody of an account of their own": administrator(guarded, STRANGER),
        "a neighbour": administrator(guarded, ACCOUNTS[stack]),
        "the owner of an account of their own": guarded.emulator.root(STRANGER),
        **{f"who deploys {one}": guarded.deploy(one) for one in ACCOUNTS if one != stack},
    }
    assert [who for who, caller in others.items() if not refused(caller, "sts", "assume_role", **target)] == []


def test_whoever_runs_updates_takes_on_no_other_role(guarded):
    oncall = world.role(guarded.emulator, PRODUCTION, "oncall", trusted(CI), EVERYTHING)
    target = {"RoleArn": oncall, "RoleSessionName": "test"}
    assert refused(guarded.runner, "sts", "assume_role", **target)
    assert not refused(administrator(guarded, CI), "sts", "assume_role", **target)


def administrator(guarded, account: str) -> Caller:
    """Return somebody who may do everything in an account, and whom nobody has named."""
    root = guarded.emulator.root(account)
    arn = f"arn:aws:iam::{account}:role/administrator"
    try:
        return root.become(arn)
    except ClientError:
        return root.become(world.role(guarded.emulator, account, "administrator", trusted(account), EVERYTHING))


def test_whoever_does_not_have_the_key_of_a_caller_is_not_that_caller(guarded):
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        replace(guarded.runner, secret="guessed").ask("sts", "get_caller_identity")


# what a deploy role may do


def test_an_update_sees_and_changes_its_own_account_alone(guarded):
    def logs(stack):
        said = guarded.deploy(stack).ask("logs", "describe_log_groups", logGroupNamePrefix="/aws/eks/")
        return [one["logGroupName"] for one in said["logGroups"]]

    assert logs("staging") == ["/aws/eks/kubernetes-staging/cluster"]
    assert logs("production") == ["/aws/eks/kubernetes-production/cluster"]


@pytest.mark.parametrize("stack", ACCOUNTS)
def test_a_deploy_role_gives_nobody_more_than_it_has(guarded, stack):
    deploy, more = guarded.deploy(stack), json.dumps(EVERYTHING)
    trust = json.dumps(trusted(STRANGER))
    itself = {"RoleName": "pvn-deploy", "PolicyName": "more", "PolicyDocument": more}
    assert refused(deploy, "iam", "put_role_policy", **itself)
    assert refused(deploy, "iam", "update_assume_role_policy", RoleName="pvn-deploy", PolicyDocument=trust)
    assert refused(deploy, "iam", "create_role", RoleName="back-door", AssumeRolePolicyDocument=trust)
    assert refused(deploy, "iam", "create_user", UserName="back-door")


def test_a_deploy_role_works_in_its_region_alone(guarded):
    deploy = guarded.deploy("staging")
    assert not refused(deploy, "kms", "create_key", Description="here")
    assert refused(deploy.elsewhere("eu-central-1"), "kms", "create_key", Description="there")


@pytest.mark.parametrize("stack", ACCOUNTS)
def test_an_update_with_any_permission_less_is_refused_where_it_needs_it(guarded, stack):
    services = {"ecr", "iam", "kms"} if stack == "shared" else {"ec2", "eks", "iam", "kms", "logs"}
    needed = refused_without(guarded.emulator, ACCOUNTS[stack], guarded.asked[stack])
    assert {action.partition(":")[0] for action in needed} == services


def test_a_destroy_takes_everything_and_needs_no_more_than_the_policies_allow(python, aws_policies, tmp_path):
    with emulators.ministack(python, tmp_path / "ministack") as running:
        runner = world.prepare(running)
        for stack, account in ACCOUNTS.items():
            cloud = Emulated(running, runner, aws_policies)
            made(tmp_path / stack, "aws", stack, cloud)
            asked = len(cloud.asked)
            cloud.destroy()
            root = running.root(account)
            assert [one["RoleName"] for one in root.ask("iam", "list_roles")["Roles"]] == ["pvn-deploy"]
            assert not root.ask("ecr", "describe_repositories")["repositories"]
            assert not root.ask("eks", "list_clusters")["clusters"]
            assert not root.ask("logs", "describe_log_groups")["logGroups"]
            assert not root.ask("ec2", "describe_addresses")["Addresses"]
            assert all(one["IsDefault"] for one in root.ask("ec2", "describe_vpcs")["Vpcs"])
            (key,) = root.ask("kms", "list_keys")["Keys"]
            assert root.ask("kms", "describe_key", KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "PendingDeletion"
            assert refused_without(running, account, cloud.asked[asked:])


def refused_without(emulator: Emulator, account: str, calls: Sequence[Call]) -> set[str]:
    """Return the actions that calls need, once each of them was refused to a deploy role without just that one."""
    root = emulator.root(account)
    almost = root.become(world.role(emulator, account, "almost", trusted(account), EVERYTHING))
    first = {almost.action(*call[:2]): call for call in reversed(calls)}
    for action, (service, operation, arguments) in first.items():
        less = json.dumps(without(action, world.deploying(account)))
        root.ask("iam", "put_role_policy", RoleName="almost", PolicyName="may", PolicyDocument=less)
        assert refused(almost, service, operation, **arguments), action
    return set(first)


def without(action: str, policy: dict[str, Any]) -> dict[str, Any]:
    """Return a policy that does not mention an action."""
    left = [{**one, "Action": [each for each in one["Action"] if not fnmatch(action, each)]} for one in policy["Statement"]]
    return {**policy, "Statement": [one for one in left if one["Action"]]}


# what a workflow may do


def test_the_workflow_of_one_repository_on_one_branch_pushes(guarded):
    workflow = guarded.runner.become_by_token(PUSHER, f"https://{GITHUB}", WORKFLOW)
    for one in guarded.registered["shared"].of("ecr/repository:Repository"):
        image = {"repositoryName": one.inputs["name"], "imageManifest": MANIFEST, "imageTag": "1"}
        assert not refused(workflow, "ecr", "put_image", **image)
    assert not refused(workflow, "ecr", "get_authorization_token")


@pytest.mark.parametrize(
    ("issuer", "claims"),
    [
        (GITHUB, {"sub": "repo:acme/shop:ref:refs/heads/mine"}),
        (GITHUB, {"sub": "repo:acme/shop:pull_request"}),
        (GITHUB, {"sub": "repo:acme/shop:ref:refs/tags/main"}),
        (GITHUB, {"sub": "repo:acme/shop-of-mine:ref:refs/heads/main"}),
        (GITHUB, {"sub": "repo:stranger/shop:ref:refs/heads/main"}),
        (GITHUB, {"aud": "https://github.com/acme"}),
        ("token.actions.example.com", {}),
    ],
)
def test_no_other_workflow_pushes(guarded, issuer, claims):
    with pytest.raises(ClientError, match="AccessDenied"):
        guarded.runner.become_by_token(PUSHER, f"https://{issuer}", WORKFLOW | claims)


def test_a_workflow_pushes_to_the_repositories_of_the_tree_and_deletes_nothing(guarded):
    workflow = guarded.runner.become_by_token(PUSHER, f"https://{GITHUB}", WORKFLOW)
    guarded.emulator.root(SHARED).ask("ecr", "create_repository", repositoryName="by-hand")
    image = {"imageManifest": MANIFEST, "imageTag": "1"}
    assert refused(workflow, "ecr", "put_image", repositoryName="by-hand", **image)
    for one in guarded.registered["shared"].of("ecr/repository:Repository"):
        name = one.inputs["name"]
        assert refused(workflow, "ecr", "batch_delete_image", repositoryName=name, imageIds=[{"imageTag": "1"}])
        assert refused(workflow, "ecr", "delete_repository", repositoryName=name)
        assert refused(workflow, "ecr", "set_repository_policy", repositoryName=name, policyText=json.dumps(EVERYTHING))


def test_whoever_deploys_the_registry_pushes_nothing_into_it(guarded):
    deploy = guarded.deploy("shared")
    for one in guarded.registered["shared"].of("ecr/repository:Repository"):
        image = {"repositoryName": one.inputs["name"], "imageManifest": MANIFEST, "imageTag": "2"}
        assert refused(deploy, "ecr", "put_image", **image)


# who enters a cluster, and what pods may do


@pytest.mark.parametrize(
    ("stack", "entering"),
    [
        ("staging", {"pvn-deploy": "ClusterAdmin", "developers": "View"}),
        ("production", {"pvn-deploy": "ClusterAdmin", "developers": "View", "oncall": "ClusterAdmin"}),
    ],
)
def test_the_deploy_role_and_the_people_of_the_stack_file_enter_a_cluster_and_nobody_else(guarded, stack, entering):
    root, cluster = guarded.emulator.root(ACCOUNTS[stack]), {"clusterName": f"kubernetes-{stack}"}
    roles = {f"arn:aws:iam::{ACCOUNTS[stack]}:role/{name}": may for name, may in entering.items()}
    assert set(root.ask("eks", "list_access_entries", **cluster)["accessEntries"]) == set(roles)
    for role, may in roles.items():
        said = root.ask("eks", "list_associated_access_policies", principalArn=role, **cluster)
        (found,) = said["associatedAccessPolicies"]
        assert found["policyArn"] == f"arn:aws:eks::aws:cluster-access-policy/AmazonEKS{may}Policy"
        assert found["accessScope"]["type"] == "cluster"
    access = root.ask("eks", "describe_cluster", name=f"kubernetes-{stack}")["cluster"]["accessConfig"]
    assert (access["authenticationMode"], access["bootstrapClusterCreatorAdminPermissions"]) == ("API", False)


def reader(guarded, namespace="pvn-my-app-rc-production", account=None) -> Caller:
    """Return who a service account of production's cluster is, to the role that reads secrets."""
    (role,) = [one for one in guarded.registered["production"].of(":Role") if "-s-" in one.inputs["name"]]
    (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    issuer = statement["Principal"]["Federated"].partition(":oidc-provider/")[2]
    name = statement["Condition"]["StringEquals"][f"{issuer}:sub"].rpartition(":")[2]
    claims = {"aud": "sts.amazonaws.com", "sub": f"system:serviceaccount:{namespace}:{account or name}"}
    arn = f"arn:aws:iam::{PRODUCTION}:role/{role.inputs['name']}"
    return guarded.runner.become_by_token(arn, f"https://{issuer}", claims)


def test_a_namespace_reads_the_secrets_of_its_services_and_no_others(guarded):
    root = guarded.emulator.root(PRODUCTION)
    for name in ("my-app/production/database", "my-app/production/database-of-others", "payroll"):
        root.ask("secretsmanager", "create_secret", Name=name, SecretString="not-a-secret")
    pods = reader(guarded)
    assert pods.ask("secretsmanager", "get_secret_value", SecretId="my-app/production/database")["SecretString"]
    assert refused(pods, "secretsmanager", "get_secret_value", SecretId="my-app/production/database-of-others")
    assert refused(pods, "secretsmanager", "get_secret_value", SecretId="payroll")
    change = {"SecretId": "my-app/production/database", "SecretString": "mine"}
    assert refused(pods, "secretsmanager", "put_secret_value", **change)


@pytest.mark.parametrize("who", [{"namespace": "pvn-payroll-rc-production"}, {"account": "default"}])
def test_no_other_pod_reads_them(guarded, who):
    with pytest.raises(ClientError, match="AccessDenied"):
        reader(guarded, **who)
