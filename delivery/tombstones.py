"""What was taken away on purpose: the only things that an update may let go of."""

from __future__ import annotations

from msgspec import Struct, field

from delivery.tree import Tree


class Tombstones(Struct, frozen=True):
    """What the releases of a tree list as removed."""

    services: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    """(application, service)."""
    channels: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    """(application, channel)."""

    def cover(self, application: str, channel: str, service: str) -> bool:
        """Return whether an instance may go."""
        return (application, service) in self.services or (application, channel) in self.channels


def removed(tree: Tree) -> Tombstones:
    """Return what the releases of a tree list as removed."""
    releases = tree.releases.values()
    return Tombstones(
        frozenset((one.application, name) for one in releases for name in one.removed),
        frozenset((one.application, name) for one in releases for name in one.removed_channels),
    )
