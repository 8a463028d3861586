"""What the stack files say, beside one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from delivery.checks.circles import circles
from delivery.checks.duplicates import duplicates
from delivery.problems import Problem, Spot, suggestion
from delivery.shapes.infrastructure import RegistrySettings
from delivery.tree import Tree


def problems(tree: Tree) -> Iterator[Problem]:
    """Yield what is wrong with the stacks of a tree."""
    if not tree.stacks:
        yield Problem(Spot("Pulumi.yaml"), "there is no Pulumi.<stack>.yaml beside it", "write one for each environment")
    # a channel belongs to the stack that declares its runtimes, so each may have one owner only
    yield from duplicates(
        "runtime", ((one.name, one.spot("name")) for _, stack in sorted(tree.stacks.items()) for one in stack.runtimes)
    )
    for stack in tree.stacks.values():
        yield from duplicates("registry", ((one.name, one.spot("name")) for one in stack.registries))
    yield from _conflicts(tree)
    yield from _awaited(tree)


def _awaited(tree: Tree) -> Iterator[Problem]:
    """Yield the stacks to wait for that are not there, and those that wait for themselves."""
    waits: dict[str, tuple[str, ...]] = {}
    for name, stack in sorted(tree.stacks.items()):
        waits[name] = tuple(one.stack_stable for one in stack.preconditions if one.stack_stable)
        for one in stack.preconditions:
            if one.stack_stable and one.stack_stable not in tree.stacks:
                others = [other for other in tree.stacks if other != name]
                what = f"there is no stack {one.stack_stable!r}"
                yield Problem(one.spot("stack_stable"), what, suggestion(one.stack_stable, others, "stacks"))
    for loop in circles(waits):
        at = next(one.at for one in tree.stacks[loop[0]].preconditions if one.stack_stable == loop[1])
        what = f"stack {loop[0]!r} waits for itself: {' → '.join(loop)}"
        yield Problem(at, what, "take one of these stackStable preconditions out")


def _conflicts(tree: Tree) -> Iterator[Problem]:
    first: dict[str, RegistrySettings] = {}
    for _, stack in sorted(tree.stacks.items()):
        for one in stack.registries:
            known = first.setdefault(one.name, one)
            if known.url != one.url:
                what = f"registry {one.name!r} is {one.url!r} here and {known.url!r} at {known.at}"
                yield Problem(one.spot("url"), what, "one name means one registry: use its url in both, or two names")


def runtimes(tree: Tree) -> Mapping[str, str]:
    """Return the stack of every runtime that any stack declares."""
    return {one.name: name for name, stack in tree.stacks.items() for one in stack.runtimes}
