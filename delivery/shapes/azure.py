"""Azure in a stack file: AKS clusters and Container Registry, each in the subscription and region that it names."""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from delivery.shapes.base import OF_ENVIRONMENT, Shape
from delivery.shapes.infrastructure import (
    CallerCidr,
    Cidr,
    Days,
    Gigabytes,
    GitHubPush,
    KubernetesVersion,
    NodeCount,
    ProvisionedRegistry,
    ProvisionedRuntime,
    Tags,
)
from delivery.shapes.values import broken

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
REGION = re.compile(r"[a-z]+[0-9]*")
VM_SIZE = re.compile(r"Standard_[A-Za-z0-9_]+")
VAULT = re.compile(r"[a-z][a-z0-9-]{1,22}[a-z0-9]")
VAULT_ID = re.compile(r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.KeyVault/vaults/[A-Za-z0-9-]+")
REGISTRY = re.compile(r"[a-z0-9]{5,50}")


def _uuid(text: str) -> str:
    if UUID.fullmatch(text):
        return text
    near = text.strip("{}").lower()
    fix = f"did you mean {near!r}?" if UUID.fullmatch(near) else "write it as 8-4-4-4-12 hex digits"
    raise broken("is no id of Azure", fix)


def _region(text: str) -> str:
    if REGION.fullmatch(text):
        return text
    near = re.sub(r"[^a-z0-9]", "", text.lower())
    raise broken("is no region", f"did you mean {near!r}?" if REGION.fullmatch(near) else "write one, such as eastus2")


def _vm_size(text: str) -> str:
    if VM_SIZE.fullmatch(text):
        return text
    raise broken("is no size of a machine", "write one, such as Standard_D4ds_v5")


def _vault(text: str) -> str:
    if VAULT.fullmatch(text) and "--" not in text:
        return text
    raise broken("is no name of a vault", "write 3 to 24 lower-case letters, digits and dashes, unique in all of Azure")


def _vault_id(text: str) -> str:
    if VAULT_ID.fullmatch(text):
        return text
    fix = "write what `az keyvault show --query id` says: /subscriptions/…/providers/Microsoft.KeyVault/vaults/…"
    raise broken("is no id of a vault", fix)


def _registry(text: str) -> str:
    if REGISTRY.fullmatch(text):
        return text
    near = re.sub(r"[^a-z0-9]", "", text.lower())
    fix = "write 5 to 50 lower-case letters and digits, unique in all of Azure"
    raise broken("is no name of a registry", f"{fix}, such as {near!r}" if REGISTRY.fullmatch(near) else fix)


def _zone(text: str) -> str:
    if text in ("1", "2", "3"):
        return text
    raise broken("is no zone", 'write "1", "2" or "3"')


def _hour(hour: int) -> int:
    if 0 <= hour <= 23:
        return hour
    raise broken("is no hour", "write an hour of UTC, from 0 to 23")


Uuid = Annotated[str, AfterValidator(_uuid), WithJsonSchema({"type": "string", "pattern": f"^{UUID.pattern}$"})]
AzureRegion = Annotated[str, AfterValidator(_region), WithJsonSchema({"type": "string", "pattern": f"^{REGION.pattern}$"})]
VmSize = Annotated[str, AfterValidator(_vm_size), WithJsonSchema({"type": "string", "pattern": f"^{VM_SIZE.pattern}$"})]
VaultName = Annotated[str, AfterValidator(_vault), WithJsonSchema({"type": "string", "pattern": f"^{VAULT.pattern}$"})]
VaultId = Annotated[str, AfterValidator(_vault_id), WithJsonSchema({"type": "string", "pattern": f"^{VAULT_ID.pattern}$"})]
AcrName = Annotated[str, AfterValidator(_registry), WithJsonSchema({"type": "string", "pattern": f"^{REGISTRY.pattern}$"})]
AzureZone = Annotated[str, AfterValidator(_zone), WithJsonSchema({"enum": ["1", "2", "3"]})]
Hour = Annotated[int, AfterValidator(_hour), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 23})]
Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class AzureAccount(Shape):
    """The subscription, the region, and the identity as which everything in it is made."""

    subscription: Uuid
    """The subscription. Nothing is made in any other one, whatever the credentials at hand would allow."""
    tenant: Uuid
    """The Entra tenant that people and identities belong to; registries and clusters have to share it."""
    region: AzureRegion
    """The region of everything that is made here."""
    client: Uuid
    """The client id of the deploy identity: the program and every kubeconfig act as it.

    What it has to be allowed is in examples/azure/policies/.
    """
    principal: Uuid
    """The object id of the same identity: what rights are given to. Azure knows each identity by two ids."""
    login: Literal["workload-identity", "azure-cli"] = "workload-identity"
    """How the program proves to be it: by the token of the workflow that runs it, or as whoever has said `az login`."""
    tags: Tags = Field(default_factory=dict)
    """Tags of everything that is made here, for bills and owners."""


class AzureNetwork(Shape):
    """The virtual network of a cluster: a subnet for nodes and one for the API. Pods have addresses of their own."""

    cidr: Annotated[Cidr, OF_ENVIRONMENT]
    """The network's addresses, /12 to /24: half of them for nodes. No default: environments must not overlap, or nobody can
    ever connect them."""


class AksSystemNodes(Shape):
    """The nodes of what the cluster itself needs: kept apart, so that no workload can starve it."""

    vm_size: Annotated[VmSize, OF_ENVIRONMENT] = "Standard_D4ds_v5"
    """The machine."""
    min: Annotated[NodeCount, OF_ENVIRONMENT] = 2
    """The fewest nodes; two, so that one may go."""
    max: Annotated[NodeCount, OF_ENVIRONMENT] = 5
    """The most nodes."""


class AksNodes(Shape):
    """The nodes that workloads run on."""

    vm_size: Annotated[VmSize, OF_ENVIRONMENT] = "Standard_D4ds_v5"
    """The machine. A change replaces the pool."""
    min: Annotated[NodeCount, OF_ENVIRONMENT] = 3
    """The fewest nodes; three, so that each zone has one."""
    max: Annotated[NodeCount, OF_ENVIRONMENT] = 9
    """The most nodes that the autoscaler may ask for: the bill's upper end."""
    capacity: Annotated[Literal["on-demand", "spot"], OF_ENVIRONMENT] = "on-demand"
    """Spot nodes cost a third and may vanish within half a minute: for environments that may do without."""
    disk: Annotated[Gigabytes, OF_ENVIRONMENT] = 100
    """The disk of each node in GiB, inside the machine: it has to fit there, and is lost with the node."""


class AksRuntime(ProvisionedRuntime):
    """An AKS cluster with its network, its identities and its nodes."""

    longest_name: ClassVar[int] = 54
    """Azure allows no more in the name of the API."""

    type: Literal["aks"]
    account: Annotated[AzureAccount, OF_ENVIRONMENT]
    """The cluster's own subscription: one for each environment keeps the mistakes of one out of the others."""
    network: AzureNetwork
    """Its network."""
    version: KubernetesVersion
    """The minor version of the control plane and its nodes. Only ever upwards, one at a time.

    With channel `stable` it says where the cluster began; Azure goes on from there.
    """
    channel: Annotated[Literal["patch", "stable"], OF_ENVIRONMENT] = "patch"
    """What Azure upgrades by itself: patches of this minor version, or also minor versions, one behind the newest."""
    nodes: AksNodes = Field(default_factory=AksNodes)
    """Its nodes for workloads."""
    system_nodes: AksSystemNodes = Field(default_factory=AksSystemNodes)
    """Its nodes for itself."""
    zones: Annotated[tuple[AzureZone, ...], OF_ENVIRONMENT] = ("1", "2", "3")
    """The zones of the region that nodes are spread over, in quotes; none where it has none. They can never change."""
    api_cidrs: Annotated[tuple[CallerCidr, ...], OF_ENVIRONMENT] = ()
    """Networks that may reach the API from outside. None, the default, keeps it private: whoever runs updates has to be
    inside, on a runner in the network or through a VPN. It can never change."""
    key_vault: Annotated[VaultName | None, OF_ENVIRONMENT] = None
    """The name of a vault to be made, for a key of your own over the cluster's secrets. Unset leaves them to Azure's keys.

    The name has to be unique in all of Azure, and stays taken for 90 days after it is deleted.
    """
    admins: Annotated[tuple[Uuid, ...], OF_ENVIRONMENT] = ()
    """Object ids of Entra groups whose people may do anything in the cluster, beside the deploy identity."""
    viewers: Annotated[tuple[Uuid, ...], OF_ENVIRONMENT] = ()
    """Object ids of Entra groups whose people may see everything but secrets."""
    log_retention: Annotated[Days, OF_ENVIRONMENT] = 90
    """Days for which logs of the control plane are kept, 30 to 730."""
    maintenance_day: Annotated[Weekday, OF_ENVIRONMENT] = "Tuesday"
    """The day on which Azure may upgrade; by default one after which somebody is at work."""
    maintenance_hour: Annotated[Hour, OF_ENVIRONMENT] = 2
    """The hour of UTC at which the four hours for it begin."""
    sla: Annotated[bool, OF_ENVIRONMENT] = True
    """Whether Azure promises an API that is there; it costs money for each hour of the cluster."""
    secrets_vault: Annotated[VaultId | None, OF_ENVIRONMENT] = None
    """The vault that holds the secrets of services, by its id; it is somebody else's. Needed where there are `secrets`."""
    protect: Annotated[bool, OF_ENVIRONMENT] = True
    """Whether the cluster resists deletion, in Pulumi and by a lock in Azure. Lower it in an update of its own before
    deleting."""


class AcrRegistry(ProvisionedRegistry):
    """A registry of Azure: in it, each image that a service names appears with its first push."""

    type: Literal["acr"]
    account: Annotated[AzureAccount, OF_ENVIRONMENT]
    """The subscription of the images: one of its own, so that no environment can change what another one runs."""
    registry_name: Annotated[AcrName, OF_ENVIRONMENT]
    """The registry's name in Azure, unique in the world: the first part of its address."""
    push: Annotated[GitHubPush | None, OF_ENVIRONMENT] = None
    """The workflow that pushes images. Unset means that you grant it yourself."""
    grants_as: Annotated[Uuid | None, OF_ENVIRONMENT] = None
    """As whom stacks of clusters let their nodes pull: the client id of an identity that may set who pulls from this
    registry, and nothing else. Unset means the deploy identity of the registry's own subscription, which may do more."""
    sku: Literal["basic", "standard", "premium"] = "premium"
    """What is paid for. Only premium deletes untagged images, spreads over zones and takes a key of your own."""
    scanning: Literal["defender", "none"] = "defender"
    """Whether Defender searches images for known weaknesses, for money. It is a setting of the whole subscription."""
    key_vault: Annotated[VaultName | None, OF_ENVIRONMENT] = None
    """The name of a vault to be made, for a key of your own over the images; unset leaves them to Azure's keys. It has to be
    unique in all of Azure, and whether there is one can never change."""
    temporary_days: Days = 30
    """Days after which images whose tag begins with `pr-` or `buildcache-` are deleted. No other one with a tag ever is."""
    untagged_days: Days = 14
    """Days after which images without any tag are deleted, with premium.

    Azure has no immutable tags: let the workflow lock each tag that it pushes, and releases name digests.
    """
    also_for: Annotated[tuple[AzureRegion, ...], OF_ENVIRONMENT] = ()
    """Other regions whose clusters may pull from here, over the border and for money."""
    protect: Annotated[bool, OF_ENVIRONMENT] = True
    """Whether the registry resists deletion: without its image no node can start what runs."""

    @property
    def url(self) -> str:
        """The registry's host."""
        return f"{self.registry_name}.azurecr.io"

    @property
    def id(self) -> str:
        """The registry's id. It follows from its names, so that clusters' stacks need nothing of the registry's."""
        group = f"/subscriptions/{self.account.subscription}/resourceGroups/{self.name}"
        return f"{group}/providers/Microsoft.ContainerRegistry/registries/{self.registry_name}"
