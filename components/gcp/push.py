"""Who may push images: one workflow of one repository on one branch, known by the token that GitHub gives it."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from msgspec import Struct
from pulumi_gcp import artifactregistry, iam

from delivery.shapes.gcp import GcpAccount
from delivery.shapes.infrastructure import GitHubPush

ISSUER = "https://token.actions.githubusercontent.com"


class PushArgs(Struct, frozen=True, kw_only=True):
    """What an identity that pushes needs to know."""

    settings: GitHubPush
    """Whose workflows, on which branch."""
    account: GcpAccount
    """The project of the registry."""
    repositories: Sequence[pulumi.Input[str]]
    """The ids of the repositories that it may push to."""


class Push(pulumi.ComponentResource):
    """A federated identity: no service account, and no key of it anywhere."""

    identity_provider: pulumi.Output[str]
    """The full name of the provider, for the workflow to ask."""

    def __init__(self, name: str, args: PushArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:gcp:Push", name, {}, opts)
        # Google keeps a deleted pool for thirty days, and its name with it: the next `up` could not make it again
        kept = pulumi.ResourceOptions(parent=self, retain_on_delete=True)
        pool = iam.WorkloadIdentityPool(
            name, workload_identity_pool_id=name, project=args.account.project, display_name="GitHub Actions", opts=kept
        )
        settings = args.settings
        provider = iam.WorkloadIdentityPoolProvider(
            name,
            project=args.account.project,
            workload_identity_pool_id=pool.workload_identity_pool_id,
            workload_identity_pool_provider_id="github",
            attribute_mapping={
                "google.subject": "assertion.sub",
                "attribute.repository": "assertion.repository",
                "attribute.ref": "assertion.ref",
            },
            attribute_condition=(
                f"assertion.repository == '{settings.repository}' && assertion.ref == 'refs/heads/{settings.branch}'"
            ),
            oidc=iam.WorkloadIdentityPoolProviderOidcArgs(issuer_uri=ISSUER),
            opts=kept,
        )
        member = pool.name.apply(
            lambda pool: f"principalSet://iam.googleapis.com/{pool}/attribute.repository/{settings.repository}"
        )
        for number, repository in enumerate(args.repositories):
            artifactregistry.RepositoryIamMember(
                f"{name}-{number}",
                project=args.account.project,
                location=args.account.region,
                repository=repository,
                role="roles/artifactregistry.writer",
                member=member,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[provider]),
            )
        self.identity_provider = provider.name
        self.register_outputs({"identity_provider": self.identity_provider})
