"""Google Cloud in a stack file: GKE clusters and Artifact Registry, each in the project and region that it names."""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from delivery.shapes.base import OF_ENVIRONMENT, Shape
from delivery.shapes.infrastructure import (
    Cidr,
    Days,
    Gigabytes,
    GitHubPush,
    NodeCount,
    ProvisionedRegistry,
    ProvisionedRuntime,
    Tags,
)
from delivery.shapes.values import SOME, broken

PROJECT = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")
NUMBER = re.compile(r"[0-9]{6,15}")
REGION = re.compile(r"[a-z]+-[a-z]+[0-9]+")
SERVICE_ACCOUNT = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]@([a-z][a-z0-9-]{4,28}[a-z0-9])\.iam\.gserviceaccount\.com")
MACHINE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
MEMBER = re.compile(r"(user|group):[^\s:@]+@[^\s:@]+")


def _project(text: str) -> str:
    if PROJECT.fullmatch(text):
        return text
    raise broken("is no id of a project", "write its id, such as acme-production: not its name and not its number")


def _number(text: str) -> str:
    if NUMBER.fullmatch(text):
        return text
    raise broken("is no number of a project", "write the digits that `gcloud projects list` shows, in quotes")


def _region(text: str) -> str:
    if REGION.fullmatch(text):
        return text
    zone = re.fullmatch(f"({REGION.pattern})-[a-z]", text)
    raise broken("is no region", f"did you mean {zone[1]!r}?" if zone else "write one, such as us-central1")


def _service_account(text: str) -> str:
    if SERVICE_ACCOUNT.fullmatch(text):
        return text
    raise broken("is no service account", "write its address, such as pvn-deploy@acme-production.iam.gserviceaccount.com")


def _machine(text: str) -> str:
    if MACHINE.fullmatch(text):
        return text
    raise broken("is no machine type", "write one, such as e2-standard-4")


def _member(text: str) -> str:
    if MEMBER.fullmatch(text):
        return text
    raise broken("names no people", "write group:address or user:address, such as group:oncall@acme.com")


def _hour(hour: int) -> int:
    if 0 <= hour <= 19:
        return hour
    raise broken("is no hour for a window of four", "write an hour of UTC, from 0 to 19")


ProjectId = Annotated[str, AfterValidator(_project), WithJsonSchema({"type": "string", "pattern": f"^{PROJECT.pattern}$"})]
ProjectNumber = Annotated[str, AfterValidator(_number), WithJsonSchema({"type": "string", "pattern": f"^{NUMBER.pattern}$"})]
GcpRegion = Annotated[str, AfterValidator(_region), WithJsonSchema({"type": "string", "pattern": f"^{REGION.pattern}$"})]
ServiceAccount = Annotated[
    str, AfterValidator(_service_account), WithJsonSchema({"type": "string", "pattern": f"^{SERVICE_ACCOUNT.pattern}$"})
]
MachineType = Annotated[str, AfterValidator(_machine), WithJsonSchema({"type": "string", "pattern": f"^{MACHINE.pattern}$"})]
Member = Annotated[str, AfterValidator(_member), WithJsonSchema({"type": "string", "pattern": f"^{MEMBER.pattern}$"})]
Hour = Annotated[int, AfterValidator(_hour), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 19})]
Day = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


class GcpAccount(Shape):
    """The project, the region, and the service account as which everything in it is made."""

    project: ProjectId
    """The project's id. Nothing is made in any other one, whatever the credentials at hand would allow."""
    number: ProjectNumber
    """The project's number, in quotes: the names of its workloads' identities have it in them, and an id can be reused."""
    region: GcpRegion
    """The region of everything that is made here."""
    service_account: ServiceAccount
    """The deploy identity of this project: the program and every kubeconfig act as it, whoever runs them.

    What it has to be allowed is in examples/gcp/policies/.
    """
    labels: Tags = Field(default_factory=dict)
    """Labels of everything that is made here, for bills and owners."""


class GcpNetwork(Shape):
    """The network of a cluster: one subnet for nodes, with ranges of its own for pods and Services."""

    cidr: Annotated[Cidr, OF_ENVIRONMENT]
    """The network's addresses, /12 to /17: half of them for pods, a sixteenth of the rest each for nodes and Services. No
    default: environments must not overlap, or nobody can ever connect them."""


class GkeNodes(Shape):
    """The nodes of a Standard cluster: one pool across the region's zones."""

    machine_type: Annotated[MachineType, OF_ENVIRONMENT] = "e2-standard-4"
    """The machine. A change replaces all nodes without asking disruption budgets."""
    min: Annotated[NodeCount, OF_ENVIRONMENT] = 3
    """The fewest nodes in all zones together; three, so that each zone has one."""
    max: Annotated[NodeCount, OF_ENVIRONMENT] = 9
    """The most nodes in all zones together: the bill's upper end."""
    capacity: Annotated[Literal["on-demand", "spot"], OF_ENVIRONMENT] = "on-demand"
    """Spot nodes cost a third and may vanish within half a minute: for environments that may do without."""
    disk: Annotated[Gigabytes, OF_ENVIRONMENT] = 50
    """The disk of each node in GiB: images, logs and emptyDir volumes."""


class GkeRuntime(ProvisionedRuntime):
    """A GKE cluster across the zones of a region, with its network and its nodes."""

    longest_name: ClassVar[int] = 24
    """The name of its nodes' service account ends in 6 more characters, and Google allows 30."""

    type: Literal["gke"]
    account: Annotated[GcpAccount, OF_ENVIRONMENT]
    """The cluster's own project: one for each environment keeps the mistakes of one out of the others."""
    network: GcpNetwork
    """Its network."""
    mode: Literal["autopilot", "standard"] = "autopilot"
    """Who looks after nodes. Autopilot: Google, and pods are paid for; no privileged pods, no host paths. It can never
    change, and environments should not differ in it."""
    channel: Annotated[Literal["rapid", "regular", "stable"], OF_ENVIRONMENT] = "stable"
    """How soon new versions come: Google upgrades the cluster by itself. Staging one channel ahead sees them first."""
    nodes: GkeNodes | None = None
    """Its nodes, where the mode is standard; unset means the defaults. Autopilot has none to speak of."""
    api_from_outside: Annotated[bool, OF_ENVIRONMENT] = False
    """Whether the API answers callers outside the network, if IAM lets them in: there are no lists of addresses. Otherwise
    whoever runs updates has to be inside, on a runner in the network or through a VPN."""
    admins: Annotated[tuple[Member, ...], OF_ENVIRONMENT] = ()
    """People who may do anything in the cluster, beside the deploy identity: `group:…` or `user:…`."""
    viewers: Annotated[tuple[Member, ...], OF_ENVIRONMENT] = ()
    """People who may see everything but secrets: `group:…` or `user:…`."""
    maintenance_days: Annotated[tuple[Day, ...], SOME, OF_ENVIRONMENT] = ("TU", "WE", "TH")
    """Days on which Google may upgrade, at least two; by default those on which somebody is at work the day after."""
    maintenance_hour: Annotated[Hour, OF_ENVIRONMENT] = 2
    """The hour of UTC at which the four hours for it begin."""
    verified_images: bool = True
    """Whether the project's Binary Authorization policy decides which images run. The policy of a new project allows all."""
    protect: Annotated[bool, OF_ENVIRONMENT] = True
    """Whether the cluster resists deletion, in Pulumi and in GKE. Lower it in an update of its own before deleting."""


class ArtifactRegistry(ProvisionedRegistry):
    """A Docker repository of Artifact Registry: in it, each image that a service names appears with its first push."""

    longest_name: ClassVar[int] = 22
    """The name of the pool that knows GitHub ends in 10 more characters, and Google allows 32."""

    type: Literal["artifact-registry"]
    account: Annotated[GcpAccount, OF_ENVIRONMENT]
    """The project of the images: one of its own, so that no environment can change what another one runs."""
    push: Annotated[GitHubPush | None, OF_ENVIRONMENT] = None
    """The workflow that pushes images. Unset means that you grant it yourself."""
    grants_as: Annotated[ServiceAccount | None, OF_ENVIRONMENT] = None
    """As whom stacks of clusters let their nodes pull: an identity that may set who reads this repository, and nothing else.

    Unset means the deploy identity of the registry's own project, which may do more.
    """
    temporary_days: Days = 30
    """Days after which images in `<name>-temporary` are deleted: tags may be overwritten there, for what is never released.

    In the registry itself all tags are immutable, and no image with a tag is ever deleted.
    """
    untagged_days: Days = 14
    """Days after which images without any tag are deleted: an immutable tag cannot be taken away, so none of them runs."""
    also_for: Annotated[tuple[GcpRegion, ...], OF_ENVIRONMENT] = ()
    """Other regions whose clusters may pull from here, over the border and for money."""
    protect: Annotated[bool, OF_ENVIRONMENT] = True
    """Whether the repository resists deletion: without its image no node can start what runs."""

    @property
    def url(self) -> str:
        """The repository's address."""
        return f"{self.account.region}-docker.pkg.dev/{self.account.project}/{self.name}"
