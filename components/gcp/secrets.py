"""What a namespace of a GKE cluster may read from Secret Manager: exactly the secrets that its services were given."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pulumi
from msgspec import Struct
from pulumi_gcp import secretmanager

from components.interfaces import Access
from delivery.manifests.mounts import ACCOUNT
from delivery.shapes.gcp import GcpAccount


class SecretsArgs(Struct, frozen=True, kw_only=True):
    """What it takes to read secrets."""

    cluster: str
    """The name of the cluster."""
    account: GcpAccount
    """The project of the cluster and of the secrets."""
    namespace: str
    """The namespace that reads."""
    names: Sequence[str]
    """The names of the secrets."""


class Secrets(pulumi.ComponentResource):
    """The rights of one Kubernetes service account; there is no service account of Google's behind it."""

    access: Access
    """How the namespace reads."""

    def __init__(self, name: str, args: SecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:gcp:Secrets", name, {}, opts)
        project = args.account.project
        granted = [
            secretmanager.SecretIamMember(
                f"{name}/{secret}",
                project=project,
                secret_id=secret,
                role="roles/secretmanager.secretAccessor",
                member=_member(args.account, args.namespace),
                opts=pulumi.ResourceOptions(parent=self),
            )
            for secret in sorted(set(args.names))
        ]
        identity = {
            "clusterLocation": args.account.region,
            "clusterName": args.cluster,
            "clusterProjectID": project,
            "serviceAccountRef": {"name": ACCOUNT},
        }
        store = {"gcpsm": {"projectID": project, "auth": {"workloadIdentity": identity}}}
        self.access = Access(
            store=store,
            provider="gcp",
            parameters=lambda files: _asked(args.account, files),
            annotations={},
            granted=granted,
        )
        self.register_outputs({})


def _asked(account: GcpAccount, files: Mapping[str, str]) -> Mapping[str, str]:
    """Return what Google's part of the CSI driver reads, as the pod itself."""
    asked = [
        {"resourceName": f"projects/{account.project}/secrets/{secret}/versions/latest", "path": file}
        for file, secret in sorted(files.items())
    ]
    return {"secrets": json.dumps(asked)}


def _member(account: GcpAccount, namespace: str) -> str:
    pool = f"projects/{account.number}/locations/global/workloadIdentityPools/{account.project}.svc.id.goog"
    return f"principal://iam.googleapis.com/{pool}/subject/ns/{namespace}/sa/{ACCOUNT}"
