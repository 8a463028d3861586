"""A GKE cluster: its network, its key, who may enter, and its nodes, in the order that it needs."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from msgspec import Struct
from pulumi_gcp import container, projects

from components.gcp import account, cluster, identities, kubeconfig
from components.gcp.network import Network, NetworkArgs
from components.gcp.nodes import Nodes, NodesArgs
from components.gcp.pulls import Pull, PullArgs
from components.gcp.secrets import Secrets, SecretsArgs
from components.interfaces import Access
from delivery.shapes.gcp import ArtifactRegistry, GkeNodes, GkeRuntime

APIS = ("cloudkms", "compute", "container", "secretmanager")
"""What has to be enabled in the project of a cluster."""


class RuntimeArgs(Struct, frozen=True, kw_only=True):
    """What a GKE cluster needs to know."""

    settings: GkeRuntime
    """The cluster as its stack file describes it."""
    sources: Sequence[ArtifactRegistry]
    """The registries that its nodes pull from, in whatever stack and project."""


class Runtime(pulumi.ComponentResource):
    """A GKE cluster and everything around it, in one project."""

    kubeconfig: pulumi.Output[str]
    """How to reach the cluster, marked secret. It holds no token. Known once nodes are there and may pull."""
    cluster: None = None
    """Objects have to be deleted one by one: load balancers and volumes that they made would outlive the cluster."""
    endpoint: pulumi.Output[str]
    """The name of the API, without a scheme."""
    network_id: pulumi.Output[str]
    """The network."""
    node_identity: pulumi.Output[str]
    """The address of the nodes' service account."""

    def __init__(self, name: str, args: RuntimeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:gcp:Runtime", name, {}, opts)
        self._name, self._settings = name, args.settings
        self._opts = pulumi.ResourceOptions(parent=self)
        project = args.settings.account
        enabled = account.services(name, project, APIS, self._opts)
        ready = pulumi.ResourceOptions(parent=self, depends_on=enabled)
        network = Network(name, NetworkArgs(settings=args.settings.network, account=project), ready)
        identity, reporting = identities.nodes(f"{name}-nodes", project, self._opts)
        self.node_identity, self.network_id = identity.email, network.network_id
        pulls = [self._pull(one) for one in args.sources]
        after = [network.way_out, reporting, *(one.granted for one in pulls)]
        self._gke = self._cluster(network, [*enabled, *after])
        nodes = self._nodes(after)
        self._people()
        self.endpoint = self._gke.control_plane_endpoints_config.apply(_endpoint)
        # waiting for the ids as well: before them nothing would run
        known = pulumi.Output.all(self.endpoint, *(one.id for one in nodes))
        self.kubeconfig = pulumi.Output.secret(known.apply(lambda found: kubeconfig.text(name, project, found[0])))
        self.register_outputs({"kubeconfig": self.kubeconfig, "endpoint": self.endpoint})

    def reads(self, namespace: str, names: Sequence[str]) -> Access:
        """Let a namespace read secrets of the project, and return how."""
        args = SecretsArgs(cluster=self._name, account=self._settings.account, namespace=namespace, names=names)
        return Secrets(f"{self._name}/{namespace}", args, self._opts).access

    def _pull(self, registry: ArtifactRegistry) -> Pull:
        return Pull(f"{self._name}-{registry.name}", PullArgs(registry=registry, nodes=self.node_identity), self._opts)

    def _cluster(self, network: Network, after: Sequence[pulumi.Resource]) -> container.Cluster:
        settings = self._settings
        key, usable = identities.key(
            f"{self._name}-secrets", settings.account, "container", after, self._opts, protect=settings.protect
        )
        return container.Cluster(
            self._name,
            cluster.arguments(settings, network, key.id, self.node_identity),
            pulumi.ResourceOptions(
                parent=self,
                protect=settings.protect,
                depends_on=[*after, usable],
                # the channel upgrades, and the pool of the cluster's birth is gone
                ignore_changes=["initialNodeCount", "minMasterVersion", "nodeConfig"],
            ),
        )

    def _nodes(self, after: Sequence[pulumi.Resource]) -> list[container.NodePool]:
        settings = self._settings
        if settings.mode == "autopilot":
            return []
        args = NodesArgs(
            settings=settings.nodes or GkeNodes(),
            cluster=self._gke.id,
            region=settings.account.region,
            identity=self.node_identity,
            after=after,
        )
        return [Nodes(f"{self._name}-nodes", args, self._opts).pool]

    def _people(self) -> None:
        for role, members in (("admin", self._settings.admins), ("viewer", self._settings.viewers)):
            for member in members:
                projects.IAMMember(
                    f"{self._name}-{role}-{member}",
                    project=self._settings.account.project,
                    role=f"roles/container.{role}",
                    member=member,
                    opts=self._opts,
                )


def _endpoint(found: container.outputs.ClusterControlPlaneEndpointsConfig) -> str:
    return (found.dns_endpoint_config.endpoint if found.dns_endpoint_config else "") or ""
