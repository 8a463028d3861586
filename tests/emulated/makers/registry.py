"""Repositories and what happens in them, as calls to an emulator."""

from __future__ import annotations

from collections.abc import Mapping

from tests.emulated.makers.account import Account, Inputs, Maker


def _repository(account: Account, inputs: Inputs) -> Inputs:
    (encryption,) = inputs["encryptionConfigurations"]
    made = account.ask(
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
    account.ask("ecr", "set_repository_policy", **asked)
    return {}


def _lifecycle_policy(account: Account, inputs: Inputs) -> Inputs:
    asked = {"repositoryName": inputs["repository"], "lifecyclePolicyText": inputs["policy"]}
    account.ask("ecr", "put_lifecycle_policy", **asked)
    return {}


def _scanning(account: Account, inputs: Inputs) -> Inputs:
    asked = {"scanType": inputs["scanType"], "rules": inputs["rules"]}
    account.ask("ecr", "put_registry_scanning_configuration", **asked)
    return {}


MAKERS: Mapping[str, Maker] = {
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _lifecycle_policy,
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": _scanning,
    "aws:ecr/repository:Repository": _repository,
    "aws:ecr/repositoryPolicy:RepositoryPolicy": _repository_policy,
}
