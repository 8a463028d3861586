"""What the tree wants now: every service instance, rendered and identified."""

from __future__ import annotations

import fnmatch
import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property

from msgspec import Struct

from delivery import channels, manifests, versions
from delivery.instances import ServiceInstance, StableIn
from delivery.manifests import Rendered
from delivery.problems import Problem, Refused
from delivery.tree import Tree
from delivery.versions import Candidate


class Desired(Struct, frozen=True, dict=True):
    """The candidates of a tree, or of the part of it that was asked for."""

    candidates: tuple[Candidate, ...]

    @cached_property
    def by_service(self) -> Mapping[tuple[str, str], Mapping[str, Candidate]]:
        """Candidates by (application, service), then by channel."""
        found: dict[tuple[str, str], dict[str, Candidate]] = {}
        for one in self.candidates:
            found.setdefault((one.instance.application, one.instance.service), {})[one.instance.channel] = one
        return found

    def siblings(self, candidate: Candidate) -> Mapping[str, Candidate]:
        """Return the candidates of the same service, by channel."""
        return self.by_service[candidate.instance.application, candidate.instance.service]

    def of_stack(self, stack: str) -> tuple[Candidate, ...]:
        """Return the candidates whose runtime belongs to a stack."""
        return tuple(one for one in self.candidates if one.instance.stack == stack)


def desire(tree: Tree, wanted: Callable[[ServiceInstance], bool] = lambda _: True) -> Desired:
    """Return the rendered candidates of a checked tree for the wanted instances.

    Raises Refused with the problems of every instance at once, and where two instances would own one object.
    """
    return rendered(channels.resolve(tree), wanted)


def with_upstreams(tree: Tree, stack: str) -> Desired:
    """Return what a stack's update needs: its own candidates, and those that their gates look at."""
    instances = channels.resolve(tree)
    own = {one.id for one in instances if one.stack == stack and is_selected(tree, one)}
    upstream = _upstreams(one for one in instances if one.id in own)
    return rendered(instances, lambda one: one.id in own or one.id in upstream)


def deployed(tree: Tree) -> tuple[ServiceInstance, ...]:
    """Return the instances of a checked tree that its stacks deploy, unrendered. Raises Refused as `desire` does."""
    return tuple(one for one in channels.resolve(tree) if is_selected(tree, one))


def unlike(before: Iterable[ServiceInstance], after: Iterable[ServiceInstance]) -> frozenset[str]:
    """Return the ids of the instances that are not the same in both: equal ones need no rendering to be compared."""
    old, new = ({one.id: one for one in instances} for instances in (before, after))
    every = frozenset({*old, *new})
    found = frozenset(name for name in every if old.get(name) != new.get(name))
    # what kinds there are, and which of them have a namespace, concerns everybody
    touched = [one for instances in (old, new) for name, one in instances.items() if name in found]
    return every if any(map(_defines_kinds, touched)) else found


def rendered(instances: Iterable[ServiceInstance], wanted: Callable[[ServiceInstance], bool]) -> Desired:
    """Return the candidates of the wanted ones among a tree's instances. Raises Refused as `desire` does."""
    problems: list[Problem] = []
    found: list[tuple[ServiceInstance, Rendered]] = []
    with _many_objects():
        for instance in instances:
            if not wanted(instance) and not _defines_kinds(instance):
                continue
            try:
                found.append((instance, manifests.render(instance)))
            except Refused as refused:
                problems += refused.problems
        settled = [(instance, one) for instance, one in manifests.settled(found) if wanted(instance)]
        if problems := [*problems, *manifests.collisions(settled)]:
            raise Refused(problems)
        return Desired(tuple(versions.identify(instance, one.objects) for instance, one in settled))


def _defines_kinds(instance: ServiceInstance) -> bool:
    """Return whether an instance may define kinds: what others apply depends on them, whoever was asked for."""
    return any("CustomResourceDefinition" in file.text for file in instance.manifests)


@contextmanager
def _many_objects() -> Iterator[None]:
    """Keep the garbage collector from walking a million live objects again and again: none of them is garbage yet."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def is_selected(tree: Tree, instance: ServiceInstance) -> bool:
    """Return whether an instance's stack deploys its application at all: `pvn:applications`."""
    globs = tree.stacks[instance.stack].applications
    return any(fnmatch.fnmatchcase(instance.application, glob) for glob in globs)


def _upstreams(instances: Iterable[ServiceInstance]) -> set[str]:
    return {
        f"{one.application}/{gate.channel}/{one.service}"
        for one in instances
        for gate in one.preconditions
        if isinstance(gate, StableIn)
    }
