"""Programs that protections run."""

from typing import Annotated, Literal

from pydantic import Field

from delivery.shapes.base import METADATA, OneOf, Shape, enum
from delivery.shapes.metadata import Notification
from delivery.shapes.parameters import EnvValue, ImageRegistryInfo
from delivery.shapes.values import Duration, EnvKey, NameOrEmpty, NonEmpty, PositiveDuration


class ResourceList(Shape):
    """Amounts, as Kubernetes writes them."""

    memory: str = ""
    cpu: str = ""


class ResourceRequirements(Shape):
    """What a container asks for and what it may use at most."""

    requests: ResourceList | None = None
    limits: ResourceList | None = None


class ProgramConfig(Shape):
    """One container to run."""

    name: NameOrEmpty = ""
    image: str = ""
    image_tag: str = ""
    image_registry_info: ImageRegistryInfo | None = None
    cmd: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    env: dict[EnvKey, EnvValue] = Field(default_factory=dict)
    resources: ResourceRequirements | None = None
    working_directory: str = ""


class SecretSource(Shape):
    """A Kubernetes Secret as a volume."""

    secret_name: NonEmpty


class EphemeralSource(Shape):
    """An empty directory as a volume."""

    medium: Annotated[Literal["DEFAULT", "MEMORY"] | None, enum("UNKNOWN", "DEFAULT", "MEMORY")] = None


class VolumeSource(Shape):
    """What a volume holds."""

    one_of = (OneOf(("secret", "ephemeral"), needed=False),)

    secret: SecretSource | None = None
    ephemeral: EphemeralSource | None = None


class VolumeMount(Shape):
    """Where a container sees a volume."""

    mount_path: str = ""
    read_only: bool = False


class Volume(Shape):
    """Files for a task."""

    name: NonEmpty
    source: VolumeSource | None = None
    mount: VolumeMount | None = None


class RetryConfig(Shape):
    """Whether a failed task runs again, and how long."""

    one_of = (OneOf(("max_retry_duration", "retry_forever")),)

    max_retry_duration: PositiveDuration | None = None
    retry_forever: bool | None = None
    first_failure_notification: Annotated[Notification | None, METADATA] = None


class TaskK8s(Shape):
    """How Kubernetes runs a task."""

    service_account: NonEmpty


class TaskConfig(Shape):
    """A program that runs once and says yes by ending with 0."""

    program: ProgramConfig
    volumes: tuple[Volume, ...] = ()
    ttl: Duration | None = None
    """Seconds for which the finished task is kept; unset means an hour."""
    retry_config: RetryConfig | None = None
    k8s: TaskK8s | None = None
