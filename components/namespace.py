"""The namespace of a release channel: made before its first instance, kept as long as one is left."""

from __future__ import annotations

import pulumi

from components import kubernetes


def namespace(
    runtime: str,
    name: str,
    provider: pulumi.ProviderResource,
    cluster: pulumi.Resource | None,
    *,
    is_protected: bool = False,
) -> pulumi.CustomResource:
    """Return the namespace `name` on a runtime.

    It stays in the cluster when the stack lets go of it: deleting a namespace deletes whatever else is in it by then, and
    volumes with it. An empty one that is left behind costs nothing. On a runtime that is protected, `pulumi destroy` stops
    at it.
    """
    return pulumi.CustomResource(
        kubernetes.token("v1", "Namespace"),
        f"{runtime}/{name}",
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}},
        pulumi.ResourceOptions(
            provider=provider,
            version=kubernetes.PLUGIN_VERSION,
            deleted_with=cluster,
            retain_on_delete=True,
            protect=is_protected,
        ),
    )
