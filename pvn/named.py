"""What a command line names, found in the tree."""

from __future__ import annotations

from delivery.problems import Problem, Refused, Spot, suggestion
from delivery.shapes import ApplicationConfig
from delivery.tree import Tree


def application(wanted: Tree, name: str) -> ApplicationConfig:
    """Return the application of that name. Raises Refused, with the near name, where there is none."""
    if name not in wanted.applications:
        fix = suggestion(name, wanted.applications, "applications")
        raise Refused([Problem(Spot("applications/"), f"there is no application {name!r}", fix)])
    return wanted.applications[name]
