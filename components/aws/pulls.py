"""Who pulls from ECR: the nodes of clusters in whatever account, told by the names of their roles."""

from __future__ import annotations

from collections.abc import Sequence

from components.aws import identities
from delivery.shapes.aws import EksRuntime

PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


def policy(runtimes: Sequence[EksRuntime]) -> str:
    """Return the policy of a repository: the nodes of these clusters may pull.

    Their accounts are the principals and the roles a condition. A role as principal has to be there already, and is
    forgotten when it is made anew; a condition on its name outlives both, so the registry needs nothing of the clusters.
    """
    roots = {f"arn:{one.account.partition}:iam::{one.account.id}:root" for one in runtimes}
    nodes = {f"arn:{one.account.partition}:iam::{one.account.id}:role/{one.name}-nodes" for one in runtimes}
    return identities.document(
        {
            "Sid": "NodesPull",
            "Effect": "Allow",
            "Principal": {"AWS": sorted(roots)},
            "Action": list(PULL),
            "Condition": {"ArnEquals": {"aws:PrincipalArn": sorted(nodes)}},
        }
    )
