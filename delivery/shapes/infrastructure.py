"""Runtimes and registries of a stack file: what all of them have in common, and the values that clouds share."""

import ipaddress
import re
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from delivery.shapes.base import OF_ENVIRONMENT, Shape
from delivery.shapes.values import NAME, LabelKey, LabelText, Name, NonEmpty, broken

VERSION = re.compile(r"1\.[1-9][0-9]")
REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
EVERYWHERE = ipaddress.IPv4Network("0.0.0.0/0")


def _cidr(text: str) -> str:
    try:
        return str(ipaddress.IPv4Network(text))
    except ValueError:
        pass
    try:
        fix = f"did you mean {str(ipaddress.IPv4Interface(text).network)!r}?"
    except ValueError:
        fix = "write an IPv4 network, such as 10.20.0.0/16"
    raise broken("is not a network", fix)


def _some_networks(text: str) -> str:
    if ipaddress.IPv4Network(text) == EVERYWHERE:
        raise broken("lets the whole internet in", "name the networks of your offices and CI, or take the line out")
    return text


def _version(text: str) -> str:
    if VERSION.fullmatch(text):
        return text
    near = re.match(r"v?(1\.[1-9][0-9])\b", text)
    raise broken("is not a minor version of Kubernetes", f'write it as "{near[1] if near else "1.35"}", in quotes')


def _repository(text: str) -> str:
    if REPOSITORY.fullmatch(text):
        return text
    raise broken("is no repository", "write owner/name, such as acme/shop: one repository, never all of an owner's")


def _branch(text: str) -> str:
    if BRANCH.fullmatch(text):
        return text
    raise broken("is no branch", "write the name of one branch, such as main")


def _service(text: str) -> str:
    application, slash, service = text.partition("/")
    if slash and NAME.fullmatch(application) and NAME.fullmatch(service):
        return text
    raise broken("names no service", "write application/service, such as my-app/my-backend")


def _at_least_one(count: int) -> int:
    if 1 <= count <= 1000:
        return count
    raise broken("is too many or too few", "write a number from 1 to 1000")


def _gigabytes(size: int) -> int:
    if 20 <= size <= 16384:
        return size
    raise broken("is no size for a node's disk", "write gibibytes, from 20 to 16384")


def _days(count: int) -> int:
    if 1 <= count <= 3650:
        return count
    raise broken("is not a number of days", "write days, from 1 to 3650")


def _number(low: int, high: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "integer", "minimum": low, "maximum": high})


Cidr = Annotated[str, AfterValidator(_cidr), WithJsonSchema({"type": "string", "pattern": r"^[0-9.]+/[0-9]+$"})]
"""An IPv4 network, such as 10.20.0.0/16."""
CallerCidr = Annotated[
    str,
    AfterValidator(_cidr),
    AfterValidator(_some_networks),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9.]+/[0-9]+$", "not": {"const": str(EVERYWHERE)}}),
]
"""A network that callers come from: never the whole internet."""
KubernetesVersion = Annotated[
    str, AfterValidator(_version), WithJsonSchema({"type": "string", "pattern": f"^{VERSION.pattern}$"})
]
"""A minor version of Kubernetes in quotes: without them YAML reads 1.30 as the number 1.3."""
GitRepository = Annotated[
    str, AfterValidator(_repository), WithJsonSchema({"type": "string", "pattern": f"^{REPOSITORY.pattern}$"})
]
GitBranch = Annotated[str, AfterValidator(_branch), WithJsonSchema({"type": "string", "pattern": f"^{BRANCH.pattern}$"})]
ServicePath = Annotated[
    str, AfterValidator(_service), WithJsonSchema({"type": "string", "pattern": f"^{NAME.pattern}/{NAME.pattern}$"})
]
NodeCount = Annotated[int, AfterValidator(_at_least_one), _number(1, 1000)]
Gigabytes = Annotated[int, AfterValidator(_gigabytes), _number(20, 16384)]
Days = Annotated[int, AfterValidator(_days), _number(1, 3650)]


class RuntimeSettings(Shape):
    """What all kinds of runtimes have in common."""

    longest_name: ClassVar[int] = 63
    """Characters that a name may have; less where a cloud puts it into shorter names of its own."""

    name: Annotated[Name, OF_ENVIRONMENT]
    """What `runtimes: [{runtime: …}]` in applications refers to; a provisioned cluster is called the same in its cloud."""
    type: str
    labels: dict[LabelKey, LabelText] = Field(default_factory=dict)
    """For templates and for selectors of channel groups; nothing in the cluster itself depends on them."""
    protect: Annotated[bool, OF_ENVIRONMENT] = False
    """Whether the cluster, and every namespace that is made on it, resists deletion. Lower it in an update of its own before
    deleting."""


class SecretReference(Shape):
    """A secret that a service may have: where it lies, and the name under which manifests refer to it. Never its value."""

    service: ServicePath
    """The service that may have it, as application/service: in every channel of it that runs on this cluster."""
    name: Name
    """The Kubernetes Secret that its manifests name, in the namespace of the service."""
    keys: dict[NonEmpty, NonEmpty]
    """Which secret of the cloud's store stands behind each key of it."""


class ProvisionedRuntime(RuntimeSettings):
    """What runtimes have in common that are made in a cloud."""

    secrets: Annotated[tuple[SecretReference, ...], OF_ENVIRONMENT] = ()
    """Secrets of services, by reference: for each namespace a service account that may read exactly these, and what brings
    them into the cluster."""
    secrets_delivery: Literal["external-secrets", "csi-driver"] = "external-secrets"
    """Who brings them: the External Secrets Operator, whatever pods do; or the Secrets Store CSI driver, for as long as a
    pod mounts them, under its own service account. Manifests have to do so then. Either has to be in the cluster first."""


class RegistrySettings(Shape):
    """What all kinds of registries have in common."""

    longest_name: ClassVar[int] = 63
    """Characters that a name may have; less where a cloud puts it into shorter names of its own."""

    name: Annotated[Name, OF_ENVIRONMENT]
    """What `containerRegistry:` in services refers to."""
    type: str

    if TYPE_CHECKING:
        # a field where somebody else made the registry, and worked out from the other fields where this program does

        @property
        def url(self) -> str:
            """Host, and path if any: no scheme, no slash at the end. Known before anything is made."""
            ...


class ProvisionedRegistry(RegistrySettings):
    """What registries have in common that are made in a cloud."""


class GitHubPush(Shape):
    """The one workflow that may push images, known by the token that GitHub Actions gives it: there is no key to keep."""

    repository: GitRepository
    """The repository whose workflows may push, as owner/name."""
    branch: GitBranch = "main"
    """The branch they have to run on. The main one: what people have not reviewed is not to be released."""


Tags = dict[NonEmpty, str]
