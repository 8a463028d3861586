"""Who may push images: one workflow of one repository on one branch, known by the token that GitHub gives it."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from msgspec import Struct
from pulumi_aws import iam

from components.aws import identities
from delivery.shapes.aws import AwsAccount, EcrPush

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
ACTIONS = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:DescribeImages",
    "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
"""What pushing needs, with looking first: pushing a tag that is there already fails, as tags are immutable."""


class PushArgs(Struct, frozen=True, kw_only=True):
    """What an identity that pushes needs to know."""

    settings: EcrPush
    """Whose workflows, on which branch."""
    account: AwsAccount
    """The account of the registry."""
    repositories: Sequence[pulumi.Input[str]]
    """The ARNs of the repositories that it may push to."""


class Push(pulumi.ComponentResource):
    """A role that GitHub's workflows take on for an hour at most. No key of it exists anywhere."""

    role: pulumi.Output[str]
    """The ARN of the role, for the workflow to ask for."""

    def __init__(self, name: str, args: PushArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:aws:Push", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        arn = f"arn:{args.account.partition}:iam::{args.account.id}:oidc-provider/{ISSUER}"
        provider = None
        if not args.settings.made_elsewhere:
            # the account can have this only once, and others may count on it by then
            kept = pulumi.ResourceOptions(parent=self, retain_on_delete=True)
            provider = iam.OpenIdConnectProvider(name, url=f"https://{ISSUER}", client_id_lists=[AUDIENCE], opts=kept)
        trust = pulumi.Output.from_input(provider.arn if provider else arn).apply(lambda of: _trust(of, args.settings))
        role = identities.role(name, trust, f"Pushes images for {args.settings.repository}", child, session=3600)
        if args.repositories:
            policy = pulumi.Output.all(*args.repositories).apply(_may_push)
            iam.RolePolicy(name, name="push", role=role.name, policy=policy, opts=child)
        self.role = role.arn
        self.register_outputs({"role": self.role})


def _trust(provider: str, settings: EcrPush) -> str:
    subject = f"repo:{settings.repository}:ref:refs/heads/{settings.branch}"
    return identities.document(
        {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": subject}},
        }
    )


def _may_push(repositories: Sequence[str]) -> str:
    return identities.document(
        {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {"Effect": "Allow", "Action": list(ACTIONS), "Resource": sorted(repositories)},
    )
