"""Artifact Registry: a repository with immutable tags for what is released, and a mutable one for what never is."""

from __future__ import annotations

import pulumi
from msgspec import Struct
from pulumi_gcp import artifactregistry

from components.gcp import account, identities
from components.gcp.push import Push, PushArgs
from delivery.shapes.gcp import ArtifactRegistry

APIS = ("artifactregistry", "cloudkms", "containerscanning", "iamcredentials", "sts")
"""What has to be enabled in the project of a registry; scanning begins with its API."""
_DAY = 86400


class RegistryArgs(Struct, frozen=True, kw_only=True):
    """What a registry needs to know. Images appear with their first push, and clusters' stacks let their own nodes in."""

    settings: ArtifactRegistry
    """The registry as its stack file describes it."""


class Registry(pulumi.ComponentResource):
    """The images of one project and region."""

    url: pulumi.Output[str]
    """The repository's address. It follows from the project, so nobody has to wait for it."""
    push_identity: pulumi.Output[str] | None = None
    """The provider that the pushing workflow asks for its identity; None where nobody was named."""

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:gcp:Registry", name, {}, opts)
        settings, child = args.settings, pulumi.ResourceOptions(parent=self)
        enabled = account.services(name, settings.account, APIS, child)
        key, usable = identities.key(name, settings.account, "artifactregistry", enabled, child, protect=settings.protect)
        after = pulumi.ResourceOptions(parent=self, depends_on=[*enabled, usable])
        released = _repository(name, settings, key.id, after, is_temporary=False)
        temporary = _repository(f"{name}-temporary", settings, key.id, after, is_temporary=True)
        if settings.push:
            repositories = [released.repository_id, temporary.repository_id]
            push = PushArgs(settings=settings.push, account=settings.account, repositories=repositories)
            self.push_identity = Push(f"{name}-push", push, after).identity_provider
        self.url = pulumi.Output.from_input(settings.url)
        self.register_outputs({"url": self.url})


def _repository(
    name: str, settings: ArtifactRegistry, key: pulumi.Input[str], after: pulumi.ResourceOptions, *, is_temporary: bool
) -> artifactregistry.Repository:
    protected = pulumi.ResourceOptions(protect=settings.protect and not is_temporary)
    return artifactregistry.Repository(
        name,
        repository_id=name,
        project=settings.account.project,
        location=settings.account.region,
        format="DOCKER",
        mode="STANDARD_REPOSITORY",
        kms_key_name=key,
        docker_config=artifactregistry.RepositoryDockerConfigArgs(immutable_tags=not is_temporary),
        vulnerability_scanning_config=artifactregistry.RepositoryVulnerabilityScanningConfigArgs(
            enablement_config="INHERITED"
        ),
        cleanup_policy_dry_run=False,
        cleanup_policies=[
            _clean_up("temporary", "ANY", settings.temporary_days)
            if is_temporary
            else _clean_up("untagged", "UNTAGGED", settings.untagged_days)
        ],
        opts=pulumi.ResourceOptions.merge(after, protected),
    )


def _clean_up(name: str, state: str, days: int) -> artifactregistry.RepositoryCleanupPolicyArgs:
    return artifactregistry.RepositoryCleanupPolicyArgs(
        id=name,
        action="DELETE",
        condition=artifactregistry.RepositoryCleanupPolicyConditionArgs(tag_state=state, older_than=f"{days * _DAY}s"),
    )
