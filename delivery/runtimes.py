"""The runtimes that stacks declare, with the labels that templates and label queries see."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from delivery.instances import Runtime
from delivery.shapes.infrastructure import RuntimeSettings
from delivery.tree import Tree


class Declared(Struct, frozen=True):
    """A runtime, and whose it is."""

    stack: str
    runtime: Runtime


def find(tree: Tree, name: str) -> Declared | None:
    """Return the runtime of that name; None where no stack declares one."""
    for stack, settings in sorted(tree.stacks.items()):
        for one in settings.runtimes:
            if one.name == name:
                return Declared(stack, Runtime(name, _labels(tree, one)))
    return None


def declared(tree: Tree) -> Mapping[str, Declared]:
    """Return every runtime that any stack declares, by name, in the order of the stacks' names and files."""
    names = dict.fromkeys(one.name for _, stack in sorted(tree.stacks.items()) for one in stack.runtimes)
    return {name: found for name in names if (found := find(tree, name))}


def _labels(tree: Tree, settings: RuntimeSettings) -> dict[str, str]:
    """Return the labels of the `runtime` document, which is optional, and over them those of the stack file."""
    document = tree.runtimes.get(settings.name)
    own = {one.label: one.value for one in document.labels} if document else {}
    return own | dict(settings.labels)
