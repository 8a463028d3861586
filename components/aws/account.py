"""An AWS account: the provider through which everything in it is made, and nothing anywhere else."""

from __future__ import annotations

import pulumi
from msgspec import Struct
from pulumi_aws._inputs import ProviderAssumeRoleArgs, ProviderDefaultTagsArgs
from pulumi_aws.provider import Provider

from delivery.shapes.aws import AwsAccount

SESSION = "pvn"
"""The name of every session in the account's audit trail. Constant: the provider's settings are kept in the state, and a
changed one would show as a change of everything."""


class AccountArgs(Struct, frozen=True, kw_only=True):
    """What an account needs to know."""

    settings: AwsAccount
    """The account, its region, the role to assume, and the tags of everything in it."""


class Account(pulumi.ComponentResource):
    """One account in one region, entered through its deploy role. Credentials for another account are refused."""

    provider: Provider
    """The provider to hand to what is made in the account."""

    def __init__(self, name: str, args: AccountArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:aws:Account", name, {}, opts)
        settings = args.settings
        self.provider = Provider(
            name,
            region=settings.region,
            allowed_account_ids=[settings.id],
            assume_roles=[ProviderAssumeRoleArgs(role_arn=settings.role, session_name=SESSION)],
            default_tags=ProviderDefaultTagsArgs(tags={"managed-by": "pvn", **settings.tags}),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
