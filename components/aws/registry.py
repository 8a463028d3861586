"""A private ECR registry: a repository for each image of the tree; nodes that run it pull, and one workflow pushes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pulumi
from msgspec import Struct
from pulumi_aws import ecr, kms

from components.aws import pulls
from components.aws.push import Push, PushArgs
from delivery.shapes.aws import EcrRegistry, EksRuntime


class RegistryArgs(Struct, frozen=True, kw_only=True):
    """What an ECR registry needs to know."""

    settings: EcrRegistry
    """The registry as its stack file describes it."""
    repositories: Sequence[str]
    """The images that services of the tree name: each gets a repository."""
    pullers: Sequence[EksRuntime]
    """The clusters, in whatever stack and account, whose nodes run these images."""


class Registry(pulumi.ComponentResource):
    """The repositories of one account and region, with immutable tags, and nothing in them for anyone else."""

    url: pulumi.Output[str]
    """The registry's host. It follows from the account, so nobody has to wait for it."""
    push_identity: pulumi.Output[str] | None = None
    """The ARN of the role that pushes; None where nobody was named."""

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:aws:Registry", name, {}, opts)
        self._name, self._args, self._settings = name, args, args.settings
        self._opts = pulumi.ResourceOptions(parent=self)
        self._key = self._make_key()
        self._scanning()
        repositories = [self._repository(one) for one in sorted(set(args.repositories))]
        if args.settings.push:
            push = PushArgs(
                settings=args.settings.push,
                account=args.settings.account,
                repositories=[one.arn for one in repositories],
            )
            self.push_identity = Push(f"{name}-push", push, self._opts).role
        self.url = pulumi.Output.from_input(args.settings.url)
        self.register_outputs({"url": self.url})

    def _make_key(self) -> kms.Key:
        return kms.Key(
            self._name,
            description=f"Images in the registry {self._name}",
            enable_key_rotation=True,
            rotation_period_in_days=365,
            deletion_window_in_days=30,
            opts=pulumi.ResourceOptions(parent=self, protect=self._settings.protect),
        )

    def _scanning(self) -> None:
        enhanced = self._settings.scanning == "enhanced"
        ecr.RegistryScanningConfiguration(
            self._name,
            scan_type=self._settings.scanning.upper(),
            rules=[
                ecr.RegistryScanningConfigurationRuleArgs(
                    scan_frequency="CONTINUOUS_SCAN" if enhanced else "SCAN_ON_PUSH",
                    repository_filters=[
                        ecr.RegistryScanningConfigurationRuleRepositoryFilterArgs(filter="*", filter_type="WILDCARD")
                    ],
                )
            ],
            opts=self._opts,
        )

    def _repository(self, image: str) -> ecr.Repository:
        settings, name = self._settings, f"{self._name}/{image}"
        excluded = [
            ecr.RepositoryImageTagMutabilityExclusionFilterArgs(filter=tag, filter_type="WILDCARD")
            for tag in settings.temporary_tags
        ]
        repository = ecr.Repository(
            name,
            name=image,
            image_tag_mutability="IMMUTABLE_WITH_EXCLUSION" if excluded else "IMMUTABLE",
            image_tag_mutability_exclusion_filters=excluded or None,
            image_scanning_configuration=ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
            encryption_configurations=[
                ecr.RepositoryEncryptionConfigurationArgs(encryption_type="KMS", kms_key=self._key.arn)
            ],
            # what may be deleted may be deleted with its images, as on the other clouds
            force_delete=not settings.protect,
            opts=pulumi.ResourceOptions(parent=self, protect=settings.protect),
        )
        ecr.LifecyclePolicy(name, repository=repository.name, policy=_clean_up(settings), opts=self._opts)
        if self._args.pullers:
            ecr.RepositoryPolicy(name, repository=repository.name, policy=pulls.policy(self._args.pullers), opts=self._opts)
        return repository


def _clean_up(settings: EcrRegistry) -> str:
    """Return what is deleted when: never by count, and never what has a tag that a release may name."""
    rules = [_rule(1, "images without a tag", {"tagStatus": "untagged"}, settings.untagged_days)]
    if settings.temporary_tags:
        temporary = {"tagStatus": "tagged", "tagPatternList": list(settings.temporary_tags)}
        rules.append(_rule(2, "images that were never for a release", temporary, settings.temporary_days))
    return json.dumps({"rules": rules}, sort_keys=True)


def _rule(priority: int, description: str, selection: Mapping[str, object], days: int) -> dict[str, object]:
    return {
        "rulePriority": priority,
        "description": description,
        "selection": {**selection, "countType": "sinceImagePushed", "countUnit": "days", "countNumber": days},
        "action": {"type": "expire"},
    }
