"""Roles and what they may, issuers, keys and logs, as calls to an emulator."""

from __future__ import annotations

from collections.abc import Mapping

from botocore.exceptions import ClientError

from tests.emulated.makers.account import Account, Inputs, Maker


def _role(account: Account, inputs: Inputs) -> Inputs:
    made = account.ask(
        "iam",
        "create_role",
        RoleName=inputs["name"],
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        Description=inputs["description"],
        MaxSessionDuration=int(inputs.get("maxSessionDuration") or 3600),
        Tags=account.tagged(),
    )
    # once more: one emulator looks at what it is given only now
    trust = {"RoleName": inputs["name"], "PolicyDocument": inputs["assumeRolePolicy"]}
    account.ask("iam", "update_assume_role_policy", **trust)
    return {"arn": made["Role"]["Arn"], "name": made["Role"]["RoleName"]}


def _role_policy(account: Account, inputs: Inputs) -> Inputs:
    put = {"RoleName": inputs["role"], "PolicyName": inputs["name"], "PolicyDocument": inputs["policy"]}
    account.ask("iam", "put_role_policy", **put)
    return {}


def _attachment(account: Account, inputs: Inputs) -> Inputs:
    role, policy = inputs["role"], inputs["policyArn"]
    try:
        account.ask("iam", "attach_role_policy", RoleName=role, PolicyArn=policy)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity" or policy not in account.aws_policies:
            raise
        same = {"name": policy.rpartition("/")[2], "policy": account.aws_policies[policy], "role": role}
        _role_policy(account, same)
    return {}


def _identity_provider(account: Account, inputs: Inputs) -> Inputs:
    asked = {"Url": inputs["url"], "ClientIDList": inputs["clientIdLists"], "Tags": account.tagged()}
    return {"arn": account.ask("iam", "create_open_id_connect_provider", **asked)["OpenIDConnectProviderArn"]}


def _key(account: Account, inputs: Inputs) -> Inputs:
    asked = {"Description": inputs["description"], "Tags": account.tagged("TagKey", "TagValue")}
    made = account.ask("kms", "create_key", **asked)["KeyMetadata"]
    days = int(inputs["rotationPeriodInDays"])
    account.ask("kms", "enable_key_rotation", KeyId=made["KeyId"], RotationPeriodInDays=days)
    return {"id": made["KeyId"], "arn": made["Arn"], "keyId": made["KeyId"]}


def _log_group(account: Account, inputs: Inputs) -> Inputs:
    account.ask("logs", "create_log_group", logGroupName=inputs["name"], tags=dict(account.tags))
    days = int(inputs["retentionInDays"])
    account.ask("logs", "put_retention_policy", logGroupName=inputs["name"], retentionInDays=days)
    (found,) = account.ask("logs", "describe_log_groups", logGroupNamePrefix=inputs["name"])["logGroups"]
    # it ends in a wildcard that nobody wants who asks for the group
    return {"arn": found["arn"].removesuffix(":*")}


MAKERS: Mapping[str, Maker] = {
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _identity_provider,
    "aws:iam/role:Role": _role,
    "aws:iam/rolePolicy:RolePolicy": _role_policy,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _attachment,
    "aws:kms/key:Key": _key,
}
