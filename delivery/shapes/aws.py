"""AWS in a stack file: EKS clusters and ECR registries, each in the account and region that it names."""

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
from delivery.shapes.values import SOME, NonEmpty, broken

ACCOUNT = re.compile(r"[0-9]{12}")
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
ROLE = re.compile(r"arn:(aws[a-z-]*):iam::([0-9]{12}):role/[A-Za-z0-9+=,.@_/-]+")
INSTANCE_TYPE = re.compile(r"[a-z][a-z0-9-]*\.[a-z0-9-]+")
REPOSITORY = re.compile(r"(?=.{2,256}\Z)[a-z0-9]+([._/-][a-z0-9]+)*")
"""What ECR takes as the name of a repository."""
ARM = re.compile(r"a1\.|[a-z]+[0-9]+g[a-z]*\.")
"""Types of Amazon's own processors: a g right behind the generation, as in m7g, c7gn or t4g."""


def _account(text: str) -> str:
    if ACCOUNT.fullmatch(text):
        return text
    raise broken("is no AWS account", "write its 12 digits in quotes: without them, leading zeros are lost")


def _region(text: str) -> str:
    if REGION.fullmatch(text):
        return text
    zone = re.fullmatch(f"({REGION.pattern})[a-z]", text)
    raise broken("is no AWS region", f"did you mean {zone[1]!r}?" if zone else "write one, such as us-east-1")


def _role(text: str) -> str:
    if ROLE.fullmatch(text):
        return text
    raise broken("is no ARN of a role", "write it whole, such as arn:aws:iam::111111111111:role/pvn-deploy")


def _instance_type(text: str) -> str:
    if INSTANCE_TYPE.fullmatch(text):
        return text
    raise broken("is no instance type", "write one, such as m7g.large")


def _zone(text: str) -> str:
    if len(text) == 1 and "a" <= text <= "z":
        return text
    raise broken("is no zone", f"write its letter alone: {text[-1:].lower() or 'a'}")


AccountId = Annotated[str, AfterValidator(_account), WithJsonSchema({"type": "string", "pattern": f"^{ACCOUNT.pattern}$"})]
Region = Annotated[str, AfterValidator(_region), WithJsonSchema({"type": "string", "pattern": f"^{REGION.pattern}$"})]
RoleArn = Annotated[str, AfterValidator(_role), WithJsonSchema({"type": "string", "pattern": f"^{ROLE.pattern}$"})]
InstanceType = Annotated[
    str, AfterValidator(_instance_type), WithJsonSchema({"type": "string", "pattern": f"^{INSTANCE_TYPE.pattern}$"})
]
Zone = Annotated[str, AfterValidator(_zone), WithJsonSchema({"type": "string", "pattern": "^[a-z]$"})]
ControlPlaneLog = Literal["api", "audit", "authenticator", "controllerManager", "scheduler"]


class AwsAccount(Shape):
    """The account, the region, and the role under which everything in it is made."""

    id: AccountId
    """The account's 12 digits, in quotes. Credentials for any other account stop the update before anything is made."""
    region: Region
    """The region of everything that is made here; another one means other clusters and other registries."""
    role: RoleArn
    """The deploy role of this account: the program and every kubeconfig assume it, whoever runs them.

    What it has to be allowed is in examples/aws/policies/.
    """
    tags: Tags = Field(default_factory=dict)
    """Tags of everything that is made here, for bills and owners."""

    @property
    def partition(self) -> str:
        """The part of AWS that the account is in: `aws`, `aws-cn` or `aws-us-gov`."""
        return self.role.split(":")[1]

    @property
    def domain(self) -> str:
        """The domain of the account's services."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"


class AwsNetwork(Shape):
    """The VPC of a cluster: nodes in private subnets, load balancers in public ones, the API's interfaces in their own."""

    cidr: Annotated[Cidr, OF_ENVIRONMENT]
    """The VPC's addresses, /16 to /18. No default: environments must not overlap, or nobody can ever connect them."""
    zones: Annotated[tuple[Zone, ...], SOME, OF_ENVIRONMENT] = ("a", "b", "c")
    """Letters of the region's availability zones, 2 to 4. Three, so that losing one leaves a majority.

    Subnets and everything in them are tied to them for good.
    """
    nat_gateways: Annotated[Literal["one", "one-per-zone"], OF_ENVIRONMENT] = "one-per-zone"
    """How nodes reach the internet: one for each zone outlives the loss of a zone; one costs a third."""
    private_endpoints: bool = False
    """Whether images, tokens and logs stay off the internet: six interface endpoints, which cost money in every zone."""


class EksNodes(Shape):
    """The nodes of a cluster: one managed group across all zones."""

    instance_type: Annotated[InstanceType, OF_ENVIRONMENT] = "m7g.large"
    """The machine. Graviton, as it costs a fifth less; images must then be built for arm64. A change replaces the nodes."""
    min: Annotated[NodeCount, OF_ENVIRONMENT] = 3
    """The fewest nodes; three, so that each zone has one."""
    max: Annotated[NodeCount, OF_ENVIRONMENT] = 9
    """The most nodes that a cluster autoscaler may ask for: the bill's upper end."""
    capacity: Annotated[Literal["on-demand", "spot"], OF_ENVIRONMENT] = "on-demand"
    """Spot nodes cost a third and may vanish within two minutes: for environments that may do without."""
    disk: Annotated[Gigabytes, OF_ENVIRONMENT] = 50
    """The disk of each node in GiB, encrypted: images, logs and emptyDir volumes."""

    @property
    def is_arm(self) -> bool:
        """Whether the nodes run arm64 images."""
        return bool(ARM.match(self.instance_type))


class EksRuntime(ProvisionedRuntime):
    """An EKS cluster with its network and its nodes."""

    longest_name: ClassVar[int] = 53
    """The names of its roles end in up to 11 characters, and AWS allows 64."""

    type: Literal["eks"]
    account: Annotated[AwsAccount, OF_ENVIRONMENT]
    """The cluster's own account: one for each environment keeps the mistakes of one out of the others."""
    network: AwsNetwork
    """Its VPC."""
    version: KubernetesVersion
    """The version of the control plane and its nodes. Only ever upwards, one minor version at a time."""
    nodes: EksNodes = Field(default_factory=EksNodes)
    """Its nodes."""
    api_cidrs: Annotated[tuple[CallerCidr, ...], OF_ENVIRONMENT] = ()
    """Networks that may reach the API from outside the VPC. None, the default, keeps it private: whoever runs updates has to
    be inside, on a runner in the VPC or through a VPN."""
    admins: Annotated[tuple[RoleArn, ...], OF_ENVIRONMENT] = ()
    """Roles of people who may do anything in the cluster, beside the deploy role."""
    viewers: Annotated[tuple[RoleArn, ...], OF_ENVIRONMENT] = ()
    """Roles of people who may see everything but secrets."""
    logs: tuple[ControlPlaneLog, ...] = ("api", "audit", "authenticator", "controllerManager", "scheduler")
    """Logs of the control plane that are kept; at least `audit` and `authenticator` say who did what."""
    log_retention: Annotated[Days, OF_ENVIRONMENT] = 365
    """Days for which they are kept; one of those that CloudWatch knows, such as 30, 90, 365."""
    zonal_shift: bool = True
    """Whether AWS may move traffic away from a zone in trouble. Needs nodes in several zones to be of use."""
    protect: Annotated[bool, OF_ENVIRONMENT] = True
    """Whether the cluster resists deletion, in Pulumi and in AWS. Lower it in an update of its own before deleting."""


class EcrPush(GitHubPush):
    """The one workflow that may push images to ECR."""

    made_elsewhere: bool = False
    """Whether the account's trust in GitHub's tokens is there already: an account can have it only once."""


class EcrRegistry(ProvisionedRegistry):
    """A private ECR registry: one repository for each image that a service of the tree names."""

    longest_name: ClassVar[int] = 59
    """The name of the role that pushes ends in 5 more characters, and AWS allows 64."""

    type: Literal["ecr"]
    account: Annotated[AwsAccount, OF_ENVIRONMENT]
    """The account of the images: one of its own, so that no environment can change what another one runs."""
    push: Annotated[EcrPush | None, OF_ENVIRONMENT] = None
    """The workflow that pushes images. Unset means that you grant it yourself."""
    scanning: Literal["basic", "enhanced"] = "basic"
    """How images are searched for known weaknesses: on push, or (enhanced, with Amazon Inspector, for money) continuously.

    It is the setting of the whole account in its region.
    """
    temporary_tags: tuple[NonEmpty, ...] = ("pr-*", "buildcache-*")
    """Patterns of tags that are not for releases: they may be overwritten, and are deleted after `temporary_days`.

    All other tags are immutable, and their images are never deleted: ECR cannot see what runs in other accounts.
    """
    temporary_days: Days = 30
    """Days after which images with nothing but temporary tags are deleted."""
    untagged_days: Days = 14
    """Days after which images without any tag are deleted: an immutable tag cannot be taken away, so none of them runs."""
    also_for: Annotated[tuple[Region, ...], OF_ENVIRONMENT] = ()
    """Other regions whose clusters may pull from here, over the border and for money."""
    protect: Annotated[bool, OF_ENVIRONMENT] = True
    """Whether the repositories resist deletion: without its image no node can start what runs."""

    @property
    def url(self) -> str:
        """The registry's host."""
        return f"{self.account.id}.dkr.ecr.{self.account.region}.{self.account.domain}"
