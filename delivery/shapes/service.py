"""A service: its manifests, its parameters, and what differs between channels."""

from typing import Annotated, Literal

from pydantic import Field

from delivery.shapes.base import METADATA, NeverNull, Shape, enum
from delivery.shapes.kubernetes import KubernetesConfig
from delivery.shapes.metadata import DeployAnnotations
from delivery.shapes.parameters import Constant, EnvValue, ParameterDefinition
from delivery.shapes.protection import ProtectionAttachmentConfig
from delivery.shapes.runtime import AutoRollbackConfig
from delivery.shapes.values import Duration, EnvKey, Name, NonEmpty


class PerReleaseChannelConfig(Shape):
    """What differs in one channel."""

    release_channel: NonEmpty
    runtime_connection: str = ""
    kubernetes_config: KubernetesConfig | None = None
    """Laid over the service's own, field by field."""
    env: dict[EnvKey, EnvValue] = Field(default_factory=dict)
    constants: tuple[Constant, ...] = ()
    protections: Annotated[tuple[ProtectionAttachmentConfig, ...], NeverNull("the protections, or []")] = ()


class ServiceConfig(Shape):
    """A service: one thing that runs, in every channel of its application."""

    name: Name
    application: Name
    per_release_channel: tuple[PerReleaseChannelConfig, ...] = ()
    deploy_annotations: Annotated[DeployAnnotations | None, METADATA] = None
    runtime_connection: str = ""
    """Which of a channel's runtimes to use; may stay out where only one fits."""
    parameters: tuple[ParameterDefinition, ...] = ()
    constants: tuple[Constant, ...] = ()
    progress_deadline: Duration | None = None
    """Seconds until a rollout that is not done counts as failed."""
    kubernetes_config: KubernetesConfig | None = None
    parameters_autogen: Annotated[
        Literal["NONE", "IMAGE", "IMAGE_AND_REPLICAS"] | None,
        enum("UNKNOWN", "NONE", "IMAGE", "IMAGE_AND_REPLICAS"),
        METADATA,
    ] = None
    auto_rollback: AutoRollbackConfig | None = None
    no_cleanup_on_delete: bool = False
    """Removing the service leaves its objects in the clusters."""
    env: dict[EnvKey, EnvValue] = Field(default_factory=dict)
    """Over the channel's own."""
    bundle_name: Annotated[str, METADATA] = ""
