"""VALIDATE: does the tree hold together? Every broken reference, duplicate and cycle at once."""

from __future__ import annotations

from delivery import groups
from delivery.checks import applications, infrastructure, protections, releases, runtimes, services, stacks
from delivery.problems import Refused
from delivery.tree import Tree

__all__ = ["check"]


def check(tree: Tree) -> Tree:
    """Return the tree, now believed, with its channel groups written out as channels; checking it again changes nothing.

    Raises Refused with everything that is wrong across its files.
    """
    whole = groups.expand(tree)
    parts = (stacks, infrastructure, runtimes, applications, services, protections, releases)
    problems = [problem for part in parts for problem in part.problems(whole)]
    if problems:
        raise Refused(problems)
    return whole
