"""AWS as the program meets it: what it registers becomes calls to an emulator, as the identity of its own provider."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from botocore.exceptions import ClientError
from pulumi.runtime.mocks import MockResourceArgs

from tests.components.recording import Imagined
from tests.emulated.accounts import Caller
from tests.emulated.emulators import Emulator

Inputs = Mapping[str, Any]


class WrongAccount(Exception):
    """The credentials lead to an account that the provider was not allowed."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account as one provider acts in it."""

    caller: Caller
    tags: Mapping[str, str]
    """What everything made here is tagged with."""
    aws_policies: Mapping[str, str] = field(default_factory=dict)
    """What AWS's own policies say, by ARN, for an emulator that does not know them."""

    def tagged(self, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
        """Return the tags in the form of a service."""
        return [{key: name, value: text} for name, text in sorted(self.tags.items())]


class Emulated(Imagined):
    """An emulator of AWS as the cloud of a recording. What there is no call for here stays imagined."""

    def __init__(self, emulator: Emulator, runner: Caller, aws_policies: Mapping[str, str]) -> None:
        super().__init__(is_preview=False)
        self._emulator, self._runner, self._aws_policies = emulator, runner, aws_policies
        self._accounts: dict[str, Account] = {}

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        id_, imagined = super().new_resource(args)
        if args.typ == "pulumi:providers:aws":
            self._accounts[args.name] = enter(self._runner, args.inputs, self._aws_policies)
        elif (make := MAKERS.get(args.typ)) and args.typ not in self._emulator.unknown:
            # its URN, which ends in its name, and its id
            provider = str(args.provider).rpartition("::")[0].rpartition("::")[2]
            account = self._accounts[provider]
            if args.typ in self._emulator.unjudged:
                account = replace(account, caller=self._emulator.root(account.caller.account))
            return id_, {**imagined, **make(account, args.inputs)}
        return id_, imagined


def enter(runner: Caller, settings: Inputs, aws_policies: Mapping[str, str] | None = None) -> Account:
    """Return the account that a provider's settings lead to, found out as providers do. Raises ClientError, WrongAccount."""
    (role,) = json.loads(settings["assumeRoles"])
    caller = runner.become(role["roleArn"], role["sessionName"])
    allowed, account = json.loads(settings["allowedAccountIds"]), caller.account
    if account not in allowed:
        raise WrongAccount(f"AWS account ID not allowed: {account}")
    return Account(caller=caller, tags=json.loads(settings["defaultTags"])["tags"], aws_policies=aws_policies or {})


def _role(account: Account, inputs: Inputs) -> Inputs:
    made = account.caller.ask(
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
    account.caller.ask("iam", "update_assume_role_policy", **trust)
    return {"arn": made["Role"]["Arn"], "name": made["Role"]["RoleName"]}


def _role_policy(account: Account, inputs: Inputs) -> Inputs:
    put = {"RoleName": inputs["role"], "PolicyName": inputs["name"], "PolicyDocument": inputs["policy"]}
    account.caller.ask("iam", "put_role_policy", **put)
    return {}


def _attachment(account: Account, inputs: Inputs) -> Inputs:
    role, policy = inputs["role"], inputs["policyArn"]
    try:
        account.caller.ask("iam", "attach_role_policy", RoleName=role, PolicyArn=policy)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity" or policy not in account.aws_policies:
            raise
        same = {"name": policy.rpartition("/")[2], "policy": account.aws_policies[policy], "role": role}
        _role_policy(account, same)
    return {}


def _identity_provider(account: Account, inputs: Inputs) -> Inputs:
    asked = {"Url": inputs["url"], "ClientIDList": inputs["clientIdLists"], "Tags": account.tagged()}
    return {"arn": account.caller.ask("iam", "create_open_id_connect_provider", **asked)["OpenIDConnectProviderArn"]}


def _key(account: Account, inputs: Inputs) -> Inputs:
    asked = {"Description": inputs["description"], "Tags": account.tagged("TagKey", "TagValue")}
    made = account.caller.ask("kms", "create_key", **asked)["KeyMetadata"]
    days = int(inputs["rotationPeriodInDays"])
    account.caller.ask("kms", "enable_key_rotation", KeyId=made["KeyId"], RotationPeriodInDays=days)
    return {"arn": made["Arn"], "keyId": made["KeyId"]}


def _repository(account: Account, inputs: Inputs) -> Inputs:
    (encryption,) = inputs["encryptionConfigurations"]
    made = account.caller.ask(
        "ecr",
        "create_repository",
        repositoryName=inputs["name"],
        imageTagMutability=inputs["imageTagMutability"],
        imageTagMutabilityExclusionFilters=inputs["imageTagMutabilityExclusionFilters"],
        imageScanningConfiguration=inputs["imageScanningConfiguration"],
        encryptionConfiguration=encryption,
        tags=account.tagged(),
    )["repository"]
    return {"arn": made["repositoryArn"], "registryId": made["registryId"], "repositoryUrl": made["repositoryUri"]}


def _repository_policy(account: Account, inputs: Inputs) -> Inputs:
    asked = {"repositoryName": inputs["repository"], "policyText": inputs["policy"]}
    account.caller.ask("ecr", "set_repository_policy", **asked)
    return {}


def _lifecycle_policy(account: Account, inputs: Inputs) -> Inputs:
    asked = {"repositoryName": inputs["repository"], "lifecyclePolicyText": inputs["policy"]}
    account.caller.ask("ecr", "put_lifecycle_policy", **asked)
    return {}


def _scanning(account: Account, inputs: Inputs) -> Inputs:
    asked = {"scanType": inputs["scanType"], "rules": inputs["rules"]}
    account.caller.ask("ecr", "put_registry_scanning_configuration", **asked)
    return {}


def _log_group(account: Account, inputs: Inputs) -> Inputs:
    account.caller.ask("logs", "create_log_group", logGroupName=inputs["name"], tags=dict(account.tags))
    days = int(inputs["retentionInDays"])
    account.caller.ask("logs", "put_retention_policy", logGroupName=inputs["name"], retentionInDays=days)
    return {}


MAKERS: Mapping[str, Callable[[Account, Inputs], Inputs]] = {
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _lifecycle_policy,
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": _scanning,
    "aws:ecr/repository:Repository": _repository,
    "aws:ecr/repositoryPolicy:RepositoryPolicy": _repository_policy,
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _identity_provider,
    "aws:iam/role:Role": _role,
    "aws:iam/rolePolicy:RolePolicy": _role_policy,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _attachment,
    "aws:kms/key:Key": _key,
}
