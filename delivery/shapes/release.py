"""`releases/<application>.yaml`: which parameter values an application converges to."""

from pydantic import Field

from delivery.shapes.base import Shape
from delivery.shapes.values import Name, NonEmpty, TextOrNumber


class ChannelRelease(Shape):
    """Values for one channel; they win over those for all channels."""

    release_channel: Name
    parameters: dict[NonEmpty, TextOrNumber] = Field(default_factory=dict)


class ServiceRelease(Shape):
    """The values of one service."""

    parameters: dict[NonEmpty, TextOrNumber] = Field(default_factory=dict)
    """For every channel."""
    per_release_channel: tuple[ChannelRelease, ...] = ()


class Source(Shape):
    """Who made the release; recorded, not interpreted."""

    repository: str = ""
    commit: str = ""
    run: str = ""


class Release(Shape):
    """What should run of one application, in every channel."""

    application: Name
    services: dict[Name, ServiceRelease] = Field(default_factory=dict)
    source: Source | None = None
    removed: tuple[Name, ...] = ()
    """Services that were taken away on purpose."""


class ReleaseFile(Shape):
    """The file as a whole."""

    release: Release
