"""An application: its channels, and what rollbacks may skip."""

from typing import Annotated

from delivery.shapes.base import METADATA, Shape
from delivery.shapes.channel import ReleaseChannelConfig
from delivery.shapes.metadata import AlertingConfig, AppAnnotations, NotificationConfig
from delivery.shapes.template import ReleaseChannelTemplate
from delivery.shapes.values import Name, NonEmpty


class BypassSettings(Shape):
    """What a fast release, such as a rollback, must not skip."""

    no_bypass_protections: bool = False
    no_bypass_convergence_extensions: bool = False
    """Nothing to skip here: extensions are refused."""
    no_bypass_approvals: bool = False
    no_bypass_release_channel_ordering: bool = False


class ReleaseSettings(Shape):
    """How releases go out."""

    bypass_settings: BypassSettings | None = None


class ReleaseChannelGroup(Shape):
    """Channels generated from runtimes, one for each that the selector matches."""

    name: Name
    runtime_selector: NonEmpty
    """A label query over the runtimes."""
    allow_empty: bool = False
    """Whether a selector may match no runtime."""
    template: ReleaseChannelTemplate | None = None
    """A partial channel; its rules are checked once name, group and runtime are filled in."""


class ApplicationConfig(Shape):
    """An application: services that are released together through the same channels."""

    name: Name
    release_channels: tuple[ReleaseChannelConfig, ...] = ()
    release_channel_groups: tuple[ReleaseChannelGroup, ...] = ()
    notifications: Annotated[NotificationConfig | None, METADATA] = None
    annotations: Annotated[AppAnnotations | None, METADATA] = None
    release_settings: ReleaseSettings | None = None
    alerts: Annotated[AlertingConfig | None, METADATA] = None
    no_cleanup_on_delete: bool = False
    """Deleting the application leaves its objects in the clusters."""
