"""A project of Google Cloud: the provider through which everything in it is made, and nothing anywhere else."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from msgspec import Struct
from pulumi_gcp import projects
from pulumi_gcp.provider import Provider

from delivery.shapes.gcp import GcpAccount


class AccountArgs(Struct, frozen=True, kw_only=True):
    """What a project needs to know."""

    settings: GcpAccount
    """The project, its region, the identity to act as, and the labels of everything in it."""


class Account(pulumi.ComponentResource):
    """One project in one region, entered as its deploy identity.

    The project is pinned, and whoever may not act as that identity gets no further than asking.
    """

    provider: Provider
    """The provider to hand to what is made in the project."""

    def __init__(self, name: str, args: AccountArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:gcp:Account", name, {}, opts)
        settings = args.settings
        self.provider = Provider(
            name,
            project=settings.project,
            region=settings.region,
            impersonate_service_account=settings.service_account,
            # quotas and disabled APIs of the project itself, not of wherever the caller's credentials come from
            user_project_override=True,
            billing_project=settings.project,
            default_labels={"managed-by": "pvn", **settings.labels},
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


def services(name: str, account: GcpAccount, wanted: Sequence[str], opts: pulumi.ResourceOptions) -> list[pulumi.Resource]:
    """Enable APIs of a project. They stay enabled: others may use them by the time that this stack goes."""
    return [
        projects.Service(
            f"{name}-{one}",
            project=account.project,
            service=f"{one}.googleapis.com",
            disable_on_destroy=False,
            opts=opts,
        )
        for one in wanted
    ]
