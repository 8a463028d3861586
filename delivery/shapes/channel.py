"""Release channels: where an application's services run, and what has to hold before they do."""

from typing import Annotated, Literal

from pydantic import Field

from delivery.shapes.base import METADATA, NeverNull, OneOf, Shape, enum
from delivery.shapes.metadata import DeployAnnotations
from delivery.shapes.parameters import Constant, EnvValue, LabelDefinition
from delivery.shapes.protection import ProtectionAttachmentConfig
from delivery.shapes.values import Approvers, EnvKey, Name, NameOrEmpty, NonEmpty


class Policy(Shape):
    """What holds for every service of a channel."""

    default_env: dict[EnvKey, EnvValue] = Field(default_factory=dict)


class K8s(Shape):
    """Where in a cluster."""

    namespace: NonEmpty
    """A namespace that exists: it is neither created nor deleted."""


class ContainerOrchestrationRuntime(Shape):
    """How a runtime is used."""

    one_of = (OneOf(("k8s",)),)

    k8s: K8s | None = None


class ReleaseChannelRuntimeConfig(Shape):
    """A runtime that a channel may use."""

    runtime: Name
    """The name of a runtime that a stack file declares."""
    name: NameOrEmpty = ""
    """The name that `runtime_connection` uses; unset means the runtime's own."""
    container_orchestration: ContainerOrchestrationRuntime | None = None
    type: Annotated[
        Literal["LONG_LIVED_COMPUTE", "EXTENSION", "AWS_ECS", "GOOGLE_CLOUD_RUN", "FLY", "TERRAFORM", "PULUMI"] | None,
        enum(
            "UNKNOWN_CONNECTION",
            "LONG_LIVED_COMPUTE",
            "EXTENSION",
            "AWS_ECS",
            "GOOGLE_CLOUD_RUN",
            "FLY",
            "TERRAFORM",
            "PULUMI",
        ),
        METADATA,
    ] = None


class ReleaseChannelStable(Shape):
    """The same service, at the same version, is healthy in another channel."""

    one_of = (OneOf(("release_channel", "selector"), why="say which channel"),)

    release_channel: NonEmpty | None = None
    selector: NonEmpty | None = None
    """A label query over the application's channels."""
    allow_empty: bool = False
    """Whether a selector that matches no channel counts as stable."""


class ManualApproval(Shape):
    """People say yes to this release into this channel."""

    name: Annotated[str, METADATA] = ""
    description: Annotated[str, METADATA] = ""
    every_action: Annotated[bool, METADATA] = False
    min_approvers: Approvers = 1
    """How many distinct people."""


class SharedManualApproval(Shape):
    """One yes, of that name, for every channel that lists it."""

    name: NonEmpty
    min_approvers: Approvers = 1
    """How many distinct people."""


class Precondition(Shape):
    """One gate in front of a channel: exactly one key."""

    one_of = (
        OneOf(
            ("release_channel_stable", "manual_approval", "shared_manual_approval"),
            why="an empty precondition would be no gate at all",
            fix="write `manualApproval: {}` or `releaseChannelStable: {releaseChannel: …}`, or take the item out",
        ),
    )

    release_channel_stable: Annotated[ReleaseChannelStable | None, NeverNull("{releaseChannel: …}")] = None
    manual_approval: Annotated[ManualApproval | None, NeverNull("{}")] = None
    shared_manual_approval: Annotated[SharedManualApproval | None, NeverNull("{name: …}")] = None


class ReleaseChannelConfig(Shape):
    """One environment of an application."""

    name: Name
    group: str = ""
    """For display, and for the label `@group`."""
    policy: Policy | None = None
    runtimes: tuple[ReleaseChannelRuntimeConfig, ...] = ()
    """A service uses one of them."""
    deploy_annotations: Annotated[DeployAnnotations | None, METADATA] = None
    preconditions: Annotated[tuple[Precondition, ...], NeverNull("the preconditions, or []")] = ()
    """All have to hold."""
    protections: Annotated[tuple[ProtectionAttachmentConfig, ...], NeverNull("the protections, or []")] = ()
    """On the channel as a whole."""
    service_instance_protections: Annotated[tuple[ProtectionAttachmentConfig, ...], NeverNull("the protections, or []")] = ()
    """On each service in the channel."""
    constants: tuple[Constant, ...] = ()
    labels: tuple[LabelDefinition, ...] = ()
    disable_all_protections: bool = False
