"""`Pulumi.<stack>.yaml`: the keys `pvn:…` under `config:`, the facts of one environment."""

from typing import Annotated, Literal

from pydantic import Field

from delivery.shapes.base import Choice, NeverNull, Shape
from delivery.shapes.guard import StackPrecondition
from delivery.shapes.infrastructure import ProvisionedRegistry, ProvisionedRuntime, RegistrySettings, RuntimeSettings
from delivery.shapes.kinds import Kinds
from delivery.shapes.values import Count, NonEmpty, PositiveDuration

WEEK = 7 * 24 * 3600.0


RUNTIMES: Kinds[RuntimeSettings] = Kinds(
    {
        "aks": "azure.AksRuntime",
        "eks": "aws.EksRuntime",
        "gke": "gcp.GkeRuntime",
        "kubeconfig": "linked.KubeconfigRuntime",
        "local": "local.LocalRuntime",
    }
)
"""The types of runtimes: to add one, write its class and a line here."""
REGISTRIES: Kinds[RegistrySettings] = Kinds(
    {
        "acr": "azure.AcrRegistry",
        "artifact-registry": "gcp.ArtifactRegistry",
        "ecr": "aws.EcrRegistry",
        "external": "linked.ExternalRegistry",
    }
)
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

    @property
    def is_in_a_cloud(self) -> bool:
        """Whether any of its clusters or registries is made in a cloud."""
        parts = (*self.runtimes, *self.registries)
        return any(isinstance(one, ProvisionedRuntime | ProvisionedRegistry) for one in parts)
