"""IAM roles: who may take them on, and what they allow."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import iam

from delivery.shapes.aws import AwsAccount

Statement = Mapping[str, Any]


def document(*statements: Statement) -> str:
    """Return an IAM policy as JSON, the same for the same statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": [dict(one) for one in statements]}, sort_keys=True)


def trusts(service: str, *actions: str) -> str:
    """Return the trust of a role that a service of AWS takes on."""
    return document({"Effect": "Allow", "Principal": {"Service": service}, "Action": ["sts:AssumeRole", *actions]})


POD_TRUST = trusts("pods.eks.amazonaws.com", "sts:TagSession")
"""The trust of a role that pods take on through EKS Pod Identity. It tags each session with the pod's names."""


def role(
    name: str,
    trust: pulumi.Input[str],
    description: str,
    opts: pulumi.ResourceOptions,
    *,
    session: int | None = None,
) -> iam.Role:
    """Return a role of this very name, which policies of other accounts may count on.

    `session` is the most seconds that credentials of it live; None leaves AWS's hour.
    """
    return iam.Role(
        name,
        name=name,
        assume_role_policy=trust,
        description=description,
        max_session_duration=session,
        # whatever was attached by hand must not keep a role from being deleted with its cluster
        force_detach_policies=True,
        opts=opts,
    )


def attach(
    owner: iam.Role, name: str, account: AwsAccount, policies: Sequence[str], opts: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    """Attach AWS's own policies to a role and return the attachments, for what must wait for them."""
    return [
        iam.RolePolicyAttachment(
            f"{name}-{policy.rsplit('/', 1)[-1]}",
            role=owner.name,
            policy_arn=f"arn:{account.partition}:iam::aws:policy/{policy}",
            opts=opts,
        )
        for policy in policies
    ]
