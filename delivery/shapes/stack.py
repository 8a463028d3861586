"""`Pulumi.<stack>.yaml`: the keys `pvn:…` under `config:`, the facts of one environment."""

from typing import Annotated, Literal

from pydantic import Field

from delivery.shapes.aws import EcrRegistry, EksRuntime
from delivery.shapes.azure import AcrRegistry, AksRuntime
from delivery.shapes.base import Choice, NeverNull, Shape
from delivery.shapes.gcp import ArtifactRegistry, GkeRuntime
from delivery.shapes.guard import StackPrecondition
from delivery.shapes.infrastructure import RegistrySettings, RuntimeSettings
from delivery.shapes.linked import ExternalRegistry, KubeconfigRuntime
from delivery.shapes.local import LocalRuntime
from delivery.shapes.values import Count, NonEmpty, PositiveDuration

WEEK = 7 * 24 * 3600.0


RUNTIMES: dict[str, type[RuntimeSettings]] = {
    "aks": AksRuntime,
    "eks": EksRuntime,
    "gke": GkeRuntime,
    "kubeconfig": KubeconfigRuntime,
    "local": LocalRuntime,
}
"""The types of runtimes: to add one, write its class and a line here."""
REGISTRIES: dict[str, type[RegistrySettings]] = {
    "acr": AcrRegistry,
    "artifact-registry": ArtifactRegistry,
    "ecr": EcrRegistry,
    "external": ExternalRegistry,
}
"""The types of registries: to add one, write its class and a line here."""


class ApprovalSettings(Shape):
    """How approvals count in this stack."""

    expire_after: PositiveDuration = WEEK
    """Seconds for which a signature counts. A week: an approval that waited longer was for another day's facts."""
    exclude_author: bool = False
    """Whether whoever wrote the release may not approve it."""


class Stack(Shape):
    """One environment: its clusters, its registries, what it deploys."""

    runtimes: Annotated[tuple[RuntimeSettings, ...], Choice("type", RUNTIMES)] = ()
    registries: Annotated[tuple[RegistrySettings, ...], Choice("type", REGISTRIES)] = ()
    preconditions: Annotated[tuple[StackPrecondition, ...], NeverNull("the preconditions, or []")] = ()
    """What has to hold before a runtime or registry of this stack changes; until then it stays as last completed."""
    applications: tuple[NonEmpty, ...] = ("*",)
    """Names of applications, or globs."""
    max_deletions: Count = 10
    """How many objects one update may delete."""
    approvals: ApprovalSettings = Field(default_factory=ApprovalSettings)
    stability: Literal["live", "recorded"] = "live"
    """Where the word for an upstream channel's stability comes from: its cluster, or the record that its stack signed."""
    stability_max_age: PositiveDuration = 3600.0
    """Seconds that a recorded word may be old."""
    attestation_key: NonEmpty | None = None
    """The SSH key with which this stack signs the record of its own stability, relative to the project's root or below `~`.
    Unset means that it makes none."""
