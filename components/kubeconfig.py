"""A kubeconfig without a secret in it: whoever uses it gets a token from the cloud, as the identity that it names."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from msgspec import Struct, field


class Command(Struct, frozen=True, kw_only=True):
    """The cloud's own program that prints a token."""

    name: str
    """Looked up on PATH."""
    args: Sequence[str] = ()
    """Its arguments, with the identity among them: what the caller's environment says must not decide."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables to set, where the program takes its identity from them."""
    provides_cluster: bool = False
    """Whether the program wants to be told which cluster it is for."""
    hint: str = ""
    """How to get the program, for whoever does not have it."""


def text(name: str, server: str, authority: str | None, command: Command) -> str:
    """Return the kubeconfig of one cluster as JSON, which is YAML too.

    `authority` is the certificate of the cluster's authority in base64; None where a public one signed it.
    """
    cluster = {"server": server} | ({"certificate-authority-data": authority} if authority else {})
    execute = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": command.name,
        "args": list(command.args),
        "env": [{"name": key, "value": value} for key, value in sorted(command.env.items())],
        # nobody is there to type anything
        "interactiveMode": "Never",
        "provideClusterInfo": command.provides_cluster,
        "installHint": command.hint,
    }
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": cluster}],
            "users": [{"name": name, "user": {"exec": execute}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        },
        sort_keys=True,
    )
