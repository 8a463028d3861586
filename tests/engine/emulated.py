"""A project whose stacks live in accounts of an emulated cloud: registries, staging and production in one each."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.engine.emulator import clusters, commands, identity
from tests.engine.emulator.world import CALLER, PLACE, Resource, World
from tests.engine.project import STACKS, Project, Said

EMULATOR = Path(__file__).with_name("emulator")
CI = "arn:aws:sts::000000000000:assumed-role/ci/build"
"""Who runs every update: an identity of no account, which may take on the deploy roles."""
NONE = ["aws", "azure-native", "gcp", "kubernetes"]


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """One cloud, as far as stack files and tests know it."""

    package: str
    """The provider's name."""
    cluster: str
    """The type of its clusters."""
    accounts: Mapping[str, str]
    """The account of each stack."""
    roles: Mapping[str, str]
    """Who deploys in each stack."""
    account: Callable[[str, str], Mapping[str, Any]]
    """How a stack file writes an account and who deploys there."""
    runtime: Mapping[str, Any]
    """What all runtimes have in common in their stack files."""
    registry: Mapping[str, Any]
    """The registry's part of the shared stack's file."""
    network: str
    """The property of a runtime with addresses of its own in each stack."""
    more_nodes: Mapping[str, Any]
    """A change of a runtime's settings that its cloud makes in place."""
    nodes: str
    """The type that it changes."""
    is_publicly_signed: bool = False
    """Whether its kubeconfigs name no authority, because every machine knows it."""
    store: Callable[[str], Mapping[str, Any]] = lambda _: {}
    """What a runtime with secrets says of their store, in an account."""
    denied: str
    """What the cloud says to who may not act as the deploy role."""
    forbidden: str
    """What the cloud says to a deploy role that may not make a cluster: the action, and who may not."""


@dataclass
class Emulated(Project):
    """A project with a world of its own."""

    cloud: Cloud = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.world = World(self.root.parent / f"{self.root.name}-world")
        self.world.allow(CI, *self.cloud.roles.values())
        for stack, role in self.cloud.roles.items():
            self.world.allow(role, self.cloud.accounts[stack])
        commands.write(self.commands)
        self.settings = {stack: self._settings(stack, number) for number, stack in enumerate(STACKS)}
        self.channels = {stack: [stack] for stack in STACKS}
        for stack in STACKS:
            self.configure(stack)
        registry = {"name": "hub", **self.cloud.registry, "account": self._account("shared")}
        self._write_config("shared", {"pvn:registries": [registry]})
        found = yaml.safe_load((self.root / "Pulumi.yaml").read_text())
        found["plugins"]["providers"].append({"name": self.cloud.package, "path": str(EMULATOR)})
        self.write("Pulumi.yaml", found)

    @property
    def commands(self) -> Path:
        """The folder with the programs that hand out tokens."""
        return self.root.parent / f"{self.root.name}-commands"

    @property
    def environment(self) -> dict[str, str]:
        before = super().environment
        own = {PLACE: str(self.world.folder), CALLER: CI, "PATH": f"{self.commands}{os.pathsep}{before['PATH']}"}
        # for programs in Go, and for those in Python
        trust = {"SSL_CERT_FILE": str(self.world.authorities), "PYTHONPATH": str(EMULATOR / "trust")}
        return before | own | (trust if self.cloud.is_publicly_signed else {})

    def configure(self, stack: str, **changes: Any) -> None:
        """Write a stack file anew with changed settings of its runtime, which stay."""
        self.settings[stack] |= changes
        self._write_config(stack, {"pvn:runtimes": [self.settings[one] for one in self.channels[stack]]})

    def add_neighbour(self) -> None:
        """Give staging a second cluster, in production's account, and the shop a channel on it: `edge`."""
        own = {"name": "k-edge", "protect": False, self.cloud.network: {"cidr": "10.2.0.0/16"}}
        self.settings["edge"] = self.settings["production"] | own
        self.channels["staging"].append("edge")
        self.configure("staging")
        path = "applications/shop/shop.pvn.yaml"
        found = yaml.safe_load((self.root / path).read_text())
        found["application"]["releaseChannels"].insert(1, {"name": "edge", "runtimes": [{"runtime": "k-edge"}]})
        self.write(path, found)

    def _settings(self, stack: str, number: int) -> dict[str, Any]:
        own = {"account": self._account(stack), "protect": stack == "production"}
        return {"name": f"k-{stack}", **self.cloud.runtime, **own, self.cloud.network: {"cidr": f"10.{number}.0.0/16"}}

    def _account(self, stack: str) -> dict[str, Any]:
        return dict(self.cloud.account(self.cloud.accounts[stack], self.cloud.roles[stack]))

    def _write_config(self, stack: str, config: Mapping[str, Any]) -> None:
        path = self.root / f"Pulumi.{stack}.yaml"
        kept = yaml.safe_load(path.read_text()) if path.exists() else {}
        path.write_text(yaml.safe_dump(kept | {"config": {"pulumi:disable-default-providers": NONE, **config}}))

    # what the cloud has

    def made(self, stack: str) -> list[Resource]:
        """Return everything in the account of a stack."""
        return self.world.resources(self.cloud.accounts[stack])

    def cluster(self, stack: str) -> Resource | None:
        """Return the cluster of a stack, as its cloud knows it."""
        return next(iter(self.world.resources(self.cloud.accounts[stack], self.cloud.cluster)), None)

    def urn(self, stack: str, kind: str) -> str:
        """Return the URN of the only resource of a type in a stack's state."""
        said = self.pulumi("stack", "--show-urns", "--stack", stack)
        (found,) = re.findall(rf"urn:\S*{re.escape(kind)}::\S+", said.out)
        return str(found)

    def kubectl(self, channel: str, *arguments: str) -> Said:
        """Ask a channel's cluster itself, with the kubeconfig and the token that a person would use."""
        stack = next(one for one, channels in self.channels.items() if channel in channels)
        config = self.home / f"{channel}.kubeconfig"
        config.write_text(self.outputs(stack)["runtimes"][f"k-{channel}"]["kubeconfig"])
        return self.run("kubectl", "--kubeconfig", config, "--namespace", f"pvn-shop-rc-{channel}", *arguments)

    def remove(self) -> None:
        clusters.remove_all(self.world)
        super().remove()


AWS_ACCOUNTS = {"shared": "000000000003", "staging": "000000000001", "production": "000000000002"}

AWS = Cloud(
    package="aws",
    cluster="aws:eks/cluster:Cluster",
    accounts=AWS_ACCOUNTS,
    roles={stack: f"arn:aws:iam::{account}:role/pvn-deploy" for stack, account in AWS_ACCOUNTS.items()},
    account=lambda account, role: {"id": account, "region": "us-east-1", "role": role},
    runtime={"type": "eks", "version": "1.35", "apiCidrs": ["192.0.2.0/24"]},
    registry={"type": "ecr"},
    network="network",
    more_nodes={"nodes": {"max": 12}},
    nodes="aws:eks/nodeGroup:NodeGroup",
    denied="is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000001:role/pvn-deploy",
    forbidden="assumed-role/pvn-deploy/pvn is not authorized to perform: eks:CreateCluster on resource: k-edge",
)

GCP_PROJECTS = {"shared": "shop-shared", "staging": "shop-staging", "production": "shop-production"}

GCP = Cloud(
    package="gcp",
    cluster="gcp:container/cluster:Cluster",
    accounts=GCP_PROJECTS,
    roles={stack: f"pvn-deploy@{project}.iam.gserviceaccount.com" for stack, project in GCP_PROJECTS.items()},
    account=lambda project, role: {
        "project": project,
        "number": identity.NUMBER,
        "region": "europe-west4",
        "serviceAccount": role,
    },
    runtime={"type": "gke", "mode": "standard", "apiFromOutside": True},
    registry={"type": "artifact-registry"},
    network="network",
    more_nodes={"nodes": {"max": 12}},
    nodes="gcp:container/nodePool:NodePool",
    is_publicly_signed=True,
    denied="denied on resource pvn-deploy@shop-staging.iam.gserviceaccount.com",
    forbidden="Error 403: Required 'container.clusters.create' permission for 'projects/shop-production'",
)

AZURE_SUBSCRIPTIONS = {stack: f"00000000-0000-0000-0000-00000000a00{n}" for n, stack in enumerate(("shared", *STACKS))}

AZURE = Cloud(
    package="azure-native",
    cluster="azure-native:containerservice:ManagedCluster",
    accounts=AZURE_SUBSCRIPTIONS,
    roles={stack: f"{subscription[:-4]}c{subscription[-3:]}" for stack, subscription in AZURE_SUBSCRIPTIONS.items()},
    account=lambda subscription, client: {
        "subscription": subscription,
        "tenant": identity.TENANT,
        "region": "westeurope",
        "client": client,
        "principal": identity.principal(client),
    },
    runtime={"type": "aks", "version": "1.35", "apiCidrs": ["192.0.2.0/24"]},
    registry={"type": "acr", "registryName": "shopimages"},
    network="network",
    more_nodes={"nodes": {"max": 12}},
    nodes="azure-native:containerservice:AgentPool",
    store=lambda subscription: {
        "secretsVault": f"/subscriptions/{subscription}/resourceGroups/shop/providers/Microsoft.KeyVault/vaults/acme-shop"
    },
    denied="The subscription '00000000-0000-0000-0000-00000000a001' could not be found.",
    forbidden="The client does not have authorization to perform action 'Microsoft.ContainerService/managedClusters/write'",
)
CLOUDS = {"aws": AWS, "gcp": GCP, "azure": AZURE}
