"""The kubeconfig of an EKS cluster: a token from the AWS CLI, as the deploy role and nobody else."""

from __future__ import annotations

from components import kubeconfig
from components.kubeconfig import Command
from delivery.shapes.aws import AwsAccount


def text(name: str, account: AwsAccount, endpoint: str, authority: str) -> str:
    """Return the kubeconfig of a cluster.

    The command inherits the environment of whoever runs it and never what the provider was given, so the role is named: with
    several accounts, the ambient one is the wrong one.
    """
    args = ["--region", account.region, "eks", "get-token", "--cluster-name", name]
    command = Command(
        name="aws",
        args=[*args, "--role-arn", account.role, "--output", "json"],
        hint="install the AWS CLI, version 2",
    )
    return kubeconfig.text(name, endpoint, authority, command)
