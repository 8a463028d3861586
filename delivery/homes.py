"""Where a tree has its service instances, told without resolving a single one."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from delivery.problems import Spot
from delivery.tree import Tree


class Home(Struct, frozen=True):
    """The stack of a release channel."""

    stack: str
    at: Spot
    """Where the channel is written."""


def elsewhere(tree: Tree, stack: str) -> Mapping[str, Home]:
    """Return by the id of an instance where a checked tree has it, for those that are not a stack's own."""
    owners = {one.name: owner for owner, settings in tree.stacks.items() for one in settings.runtimes}
    return {
        f"{name}/{channel.name}/{service}": Home(owner, channel.at)
        for name, service in tree.services
        for channel in tree.applications[name].release_channels
        if (owner := owners[channel.runtimes[0].runtime]) != stack
    }
