"""`releases/<application>.yaml`: which parameter values an application converges to."""

from pydantic import Field

from delivery.shapes.base import Shape
from delivery.shapes.values import Count, Digest, Name, NonEmpty, TextOrNumber


class ChannelRelease(Shape):
    """Values for one channel; they win over those for all channels."""

    release_channel: Name
    parameters: dict[NonEmpty, TextOrNumber] = Field(default_factory=dict)


class ServiceRelease(Shape):
    """The values of one service."""

    parameters: dict[NonEmpty, TextOrNumber] = Field(default_factory=dict)
    """For every channel."""
    per_release_channel: tuple[ChannelRelease, ...] = ()
    attempt: Count = 0
    """Counted up to try the same values again after they failed; part of the version."""


class Source(Shape):
    """Who made the release; recorded, not interpreted."""

    repository: str = ""
    commit: str = ""
    run: str = ""


class Rollback(Shape):
    """A service that is held in a channel at a release that was completed there before."""

    service: Name
    release_channel: Name
    version: Digest
    manifests: Digest
    """Both as the stack remembers them; `pvn rollback` writes them down."""
    reason: str = ""
    """For whoever reads it later; recorded, not interpreted."""


class Release(Shape):
    """What should run of one application, in every channel."""

    application: Name
    services: dict[Name, ServiceRelease] = Field(default_factory=dict)
    source: Source | None = None
    removed: tuple[Name, ...] = ()
    """Services that were taken away on purpose."""
    removed_channels: tuple[Name, ...] = ()
    """Release channels that were taken away on purpose."""
    rollbacks: tuple[Rollback, ...] = ()
    """Services that stay at an earlier release, whatever is released, until the entry is lifted."""


class ReleaseFile(Shape):
    """The file as a whole."""

    release: Release
