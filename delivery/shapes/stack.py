"""`Pulumi.<stack>.yaml`: the keys `pvn:…` under `config:`, the facts of one environment."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from delivery.shapes.base import Choice, Shape
from delivery.shapes.values import Count, LabelKey, LabelText, Name, NonEmpty, PositiveDuration, broken

WEEK = 7 * 24 * 3600.0


def _without_scheme(url: str) -> str:
    host = url.split("://", 1)[-1].rstrip("/")
    if not host or any(character.isspace() for character in host):
        raise broken("is no address of a registry", "write its host, such as docker.io")
    return host


def _nodes(count: int) -> int:
    if 1 <= count <= 100:
        return count
    raise broken("is too many or too few", "write a number from 1 to 100")


class RuntimeSettings(Shape):
    """What all kinds of runtimes have in common."""

    name: Name
    """What `runtimes: [{runtime: …}]` in applications refers to."""
    type: str
    labels: dict[LabelKey, LabelText] = Field(default_factory=dict)
    """For templates and for selectors of channel groups."""


class LocalRuntime(RuntimeSettings):
    """A cluster on this machine, made and removed with the stack."""

    type: Literal["local"]
    nodes: Annotated[int, AfterValidator(_nodes), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 100})] = 2
    directory: NonEmpty | None = None
    """Where the cluster keeps its files; unset means a folder of the program's choice."""


class KubeconfigRuntime(RuntimeSettings):
    """A cluster that exists already."""

    type: Literal["kubeconfig"]
    path: NonEmpty
    """The kubeconfig file."""
    context: NonEmpty | None = None
    """Unset means the file's current context."""


RUNTIMES: dict[str, type[RuntimeSettings]] = {"local": LocalRuntime, "kubeconfig": KubeconfigRuntime}
"""The types of runtimes: to add one, write its class and a line here."""
LATER_RUNTIMES = ("aks", "eks", "gke")
"""Types that have a name already, and nothing behind it yet."""


class RegistrySettings(Shape):
    """What all kinds of registries have in common."""

    name: Name
    """What `containerRegistry:` in services refers to."""
    type: str
    url: str
    """Host, and path if any: no scheme, no slash at the end."""


class ExternalRegistry(RegistrySettings):
    """A registry that exists already."""

    type: Literal["external"]
    url: Annotated[NonEmpty, AfterValidator(_without_scheme)]


REGISTRIES: dict[str, type[RegistrySettings]] = {"external": ExternalRegistry}
"""The types of registries: to add one, write its class and a line here."""
LATER_REGISTRIES = ("acr", "artifact-registry", "ecr")


class ApprovalSettings(Shape):
    """How approvals count in this stack."""

    expire_after: PositiveDuration = WEEK
    """Seconds for which a signature counts. A week: an approval that waited longer was for another day's facts."""
    exclude_author: bool = False
    """Whether whoever wrote the release may not approve it."""


class Stack(Shape):
    """One environment: its clusters, its registries, what it deploys."""

    runtimes: Annotated[tuple[RuntimeSettings, ...], Choice("type", RUNTIMES, LATER_RUNTIMES)] = ()
    registries: Annotated[tuple[RegistrySettings, ...], Choice("type", REGISTRIES, LATER_REGISTRIES)] = ()
    applications: tuple[NonEmpty, ...] = ("*",)
    """Names of applications, or globs."""
    max_deletions: Count = 10
    """How many objects one update may delete."""
    approvals: ApprovalSettings = Field(default_factory=ApprovalSettings)
