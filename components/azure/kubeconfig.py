"""The kubeconfig of an AKS cluster: a token from kubelogin, as the deploy identity and nobody else."""

from __future__ import annotations

import base64

import yaml

from components import kubeconfig
from components.kubeconfig import Command
from delivery.shapes.azure import AzureAccount

SERVER_APP = "6dae42f8-4368-4678-94ff-3960e28e3630"
"""The Entra application of all AKS clusters' APIs: whom the token is for."""


def text(name: str, account: AzureAccount, given: str) -> str:
    """Return the kubeconfig of a cluster, with the server and the authority of the one that Azure gives, in base64.

    Azure's own asks a person to type a code into a browser. In CI nobody does.
    """
    cluster = yaml.safe_load(base64.b64decode(given))["clusters"][0]["cluster"]
    args = ["get-token", "--login", account.login.replace("-", ""), "--server-id", SERVER_APP, "--tenant-id", account.tenant]
    if account.login == "workload-identity":
        args += ["--client-id", account.client]
    command = Command(name="kubelogin", args=args, hint="install kubelogin of Azure")
    return kubeconfig.text(name, cluster["server"], cluster.get("certificate-authority-data"), command)
