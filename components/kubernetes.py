"""The Kubernetes provider of a runtime: always explicit, so that nothing ever touches the ambient kubeconfig."""

from __future__ import annotations

import pulumi

from components.interfaces import Runtime

PATIENCE = 600.0
"""Seconds that the provider waits where nobody says how long."""
PLUGIN_VERSION = "4.25.0"
"""The provider that the tests run with is the provider that a user gets."""


def provider(name: str, runtime: Runtime) -> pulumi.ProviderResource:
    """Return the provider through which every object of a runtime is applied."""
    return pulumi.ProviderResource(
        "kubernetes",
        name,
        {
            "kubeconfig": runtime.kubeconfig,
            # a kubeconfig that changes, as tokens and ports do, is no reason to replace every workload
            "clusterIdentifier": name,
            # otherwise a changed ConfigMap or Secret is deleted first and made again
            "enableConfigMapMutable": "true",
            "enableSecretMutable": "true",
        },
        pulumi.ResourceOptions(version=PLUGIN_VERSION, parent=runtime.cluster),
    )


def token(api_version: str, kind: str) -> str:
    """Return the resource type that the provider gives to a kind, known to it or not."""
    return f"kubernetes:{api_version if '/' in api_version else f'core/{api_version}'}:{kind}"
