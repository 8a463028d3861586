"""VALIDATE: does the tree hold together? Every broken reference, duplicate and cycle at once."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from delivery import groups
from delivery.checks import applications, protections, releases, runtimes, services, stacks
from delivery.problems import Refused
from delivery.tree import Tree

__all__ = ["check"]


def check(tree: Tree) -> Tree:
    """Return the tree, now believed, with its channel groups written out as channels; checking it again changes nothing.

    Raises Refused with everything that is wrong across its files.
    """
    whole = groups.expand(tree)
    problems = [problem for part in _parts(whole) for problem in part.problems(whole)]
    if problems:
        raise Refused(problems)
    return whole


def _parts(tree: Tree) -> Iterator[ModuleType]:
    """Yield what looks at a tree. What knows the clouds takes its time to load, and only a tree in one of them needs it."""
    yield from (stacks, runtimes, applications, services, protections, releases)
    if any(stack.is_in_a_cloud for stack in tree.stacks.values()):
        from delivery.checks import infrastructure

        yield infrastructure
