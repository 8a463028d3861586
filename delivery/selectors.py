"""Which channels have to be stable before another one moves."""

from __future__ import annotations

from delivery import labels
from delivery.shapes.application import ApplicationConfig
from delivery.shapes.channel import ReleaseChannelConfig, ReleaseChannelStable


def channels(application: ApplicationConfig, of: str, stable: ReleaseChannelStable) -> tuple[str, ...]:
    """Return the channels that a `releaseChannelStable` of the channel `of` means, in the application's order.

    That is the named one, whether it exists or not; or those that the selector matches, never the channel itself.
    Raises QueryError where the selector is no label query.
    """
    if stable.selector is None:
        return (stable.release_channel or "",)
    query = labels.parse(stable.selector, labels.OF_CHANNELS)
    others = (one for one in application.release_channels if one.name != of)
    return tuple(one.name for one in others if query.matches(labels_of(application, one)))


def labels_of(application: ApplicationConfig, channel: ReleaseChannelConfig) -> dict[str, str]:
    """Return a channel's labels, and those that every channel has by itself."""
    own = {one.label: one.value for one in channel.labels}
    automatic = {
        "@type": "release-channel",
        "@name": channel.name,
        "@group": channel.group,
        "@application": application.name,
    }
    return own | automatic
