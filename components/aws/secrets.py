"""What a namespace of an EKS cluster may read from Secrets Manager: exactly the secrets that its services were given."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

import pulumi
from msgspec import Struct
from pulumi_aws import iam

from components.aws import identities
from components.interfaces import Access
from delivery.manifests.mounts import ACCOUNT
from delivery.shapes.aws import AwsAccount


class SecretsArgs(Struct, frozen=True, kw_only=True):
    """What it takes to read secrets."""

    cluster: str
    """The name of the cluster."""
    account: AwsAccount
    """The account of the cluster and of the secrets."""
    issuer: pulumi.Input[str]
    """Who vouches for the cluster's service accounts, as a URL; the account trusts it."""
    namespace: str
    """The namespace that reads."""
    names: Sequence[str]
    """The names of the secrets."""


class Secrets(pulumi.ComponentResource):
    """A role that one service account of one namespace takes on."""

    access: Access
    """How the namespace reads."""

    def __init__(self, name: str, args: SecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:aws:Secrets", name, {}, opts)
        child, account = pulumi.ResourceOptions(parent=self), args.account
        # namespaces are longer than AWS lets roles be
        short = hashlib.sha256(args.namespace.encode()).hexdigest()[:8]
        trust = pulumi.Output.from_input(args.issuer).apply(lambda issuer: _trust(account, issuer, args.namespace))
        role = identities.role(f"{args.cluster}-s-{short}", trust, f"Secrets of namespace {args.namespace}", child)
        policy = iam.RolePolicy(name, name="read", role=role.name, policy=_may_read(account, args.names), opts=child)
        self.access = Access(
            store={
                "aws": {
                    "service": "SecretsManager",
                    "region": account.region,
                    "auth": {"jwt": {"serviceAccountRef": {"name": ACCOUNT}}},
                }
            },
            provider="aws",
            parameters=lambda files: _asked(account, files),
            annotations={"eks.amazonaws.com/role-arn": role.arn},
            granted=[policy],
        )
        self.register_outputs({})


def _asked(account: AwsAccount, files: Mapping[str, str]) -> Mapping[str, str]:
    """Return what AWS's part of the CSI driver reads. It takes no alias for a name that is the alias already."""
    asked = [
        {"objectName": secret, "objectType": "secretsmanager"} | ({"objectAlias": file} if file != secret else {})
        for file, secret in sorted(files.items())
    ]
    return {"region": account.region, "usePodIdentity": "false", "objects": json.dumps(asked)}


def _trust(account: AwsAccount, issuer: str, namespace: str) -> str:
    host = issuer.removeprefix("https://")
    who = {f"{host}:aud": "sts.amazonaws.com", f"{host}:sub": f"system:serviceaccount:{namespace}:{ACCOUNT}"}
    return identities.document(
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:{account.partition}:iam::{account.id}:oidc-provider/{host}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": who},
        }
    )


def _may_read(account: AwsAccount, names: Sequence[str]) -> str:
    prefix = f"arn:{account.partition}:secretsmanager:{account.region}:{account.id}:secret:"
    # six letters of AWS's own end the ARN of every secret
    secrets = [f"{prefix}{name}-??????" for name in sorted(set(names))]
    through = {"kms:ViaService": f"secretsmanager.{account.region}.{account.domain}"}
    return identities.document(
        {
            "Effect": "Allow",
            "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
            "Resource": secrets,
        },
        {
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": "*",
            # whatever key they are under, for these secrets alone
            "Condition": {"StringEquals": through, "StringLike": {"kms:EncryptionContext:SecretARN": secrets}},
        },
    )
