"""The kubeconfig of a GKE cluster: a token from Google's plugin, as the deploy identity and nobody else."""

from __future__ import annotations

from components import kubeconfig
from components.kubeconfig import Command
from delivery.shapes.gcp import GcpAccount


def text(name: str, account: GcpAccount, endpoint: str) -> str:
    """Return the kubeconfig of a cluster, for the endpoint with a name of its own, whose certificate everybody trusts.

    The plugin asks gcloud, and gcloud this variable: otherwise it would act as whoever is logged in.
    """
    command = Command(
        name="gke-gcloud-auth-plugin",
        env={"CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT": account.service_account},
        provides_cluster=True,
        hint="install the gcloud component gke-gcloud-auth-plugin",
    )
    return kubeconfig.text(name, f"https://{endpoint}", None, command)
