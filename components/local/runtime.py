"""A local runtime: a real control plane on this machine, its nodes and pods simulated."""

from __future__ import annotations

from pathlib import Path

import pulumi
from msgspec import Struct


class RuntimeArgs(Struct, frozen=True, kw_only=True):
    """What a local runtime needs to know."""

    directory: Path
    """Where its files live: credentials, logs, the etcd store. Absolute."""
    nodes: int = 2
    """Simulated nodes; pods are scheduled onto them as onto real ones."""
    protect: bool = False
    """Whether Pulumi refuses to delete the cluster."""


class Runtime(pulumi.ComponentResource):
    """A Kubernetes control plane that starts in seconds and costs nothing."""

    kubeconfig: pulumi.Output[str]
    """The credentials for the cluster, marked secret."""
    cluster: pulumi.Resource
    """The cluster itself; deleting it deletes what runs in it."""

    def __init__(self, name: str, args: RuntimeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:local:Runtime", name, {}, opts)
        self.cluster = _Cluster(name, args, pulumi.ResourceOptions(parent=self, protect=args.protect))
        self.kubeconfig = pulumi.Output.secret(self.cluster.kubeconfig)
        self.register_outputs({"kubeconfig": self.kubeconfig})


class _Cluster(pulumi.CustomResource):
    kubeconfig: pulumi.Output[str]

    def __init__(self, name: str, args: RuntimeArgs, opts: pulumi.ResourceOptions) -> None:
        inputs = {"name": name, "directory": str(args.directory), "nodes": args.nodes, "kubeconfig": None}
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(additional_secret_outputs=["kubeconfig"]))
        super().__init__("kwok:index:Cluster", name, inputs, opts)
