"""What was taken away on purpose: the only things that an update may let go of."""

from __future__ import annotations

from delivery.tree import Tree


def removed(tree: Tree) -> frozenset[tuple[str, str]]:
    """Return the (application, service) pairs that a release lists as removed."""
    return frozenset((release.application, name) for release in tree.releases.values() for name in release.removed)
