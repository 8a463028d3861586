"""What the shell offers when somebody presses the tab key: names of the project they stand in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

from delivery.problems import Trouble
from pvn.command import root

if TYPE_CHECKING:
    from delivery.tree import Tree

Complete = Callable[[click.Context, click.Parameter, str], list[str]]


def _of_tree(names: Callable[[Tree, click.Context], Iterable[str]]) -> Complete:
    """Return a completion with names of the tree. Where the tree cannot be read there is nothing to offer, and no error."""

    def complete(ctx: click.Context, _: click.Parameter, begun: str) -> list[str]:
        from delivery import tree

        try:
            found = names(tree.read(root(ctx)), ctx)
        except (Trouble, OSError):
            return []
        return sorted({name for name in found if name.startswith(begun)})

    return complete


def _is_meant(ctx: click.Context, application: str) -> bool:
    """Return whether an application is the one that the line has named so far; all are where it names none."""
    named = ctx.params.get("application") or ctx.params.get("applications")
    return not named or application == named or application in named


applications = _of_tree(lambda found, _: found.applications)
"""Names of applications."""

services = _of_tree(lambda found, ctx: (service for owner, service in found.services if _is_meant(ctx, owner)))
"""Names of services, of the applications that the line has named so far."""

channels = _of_tree(
    lambda found, ctx: (
        channel.name
        for name, application in found.applications.items()
        if _is_meant(ctx, name)
        for channel in application.release_channels
    )
)
"""Names of release channels, of the applications that the line has named so far."""

stacks = _of_tree(lambda found, _: found.stacks)
"""Names of stacks."""
