"""PLAN for a stack's own runtimes and registries: each as its file has it, or as it was last completed.

What a shut gate holds is built from the settings that the stack remembers. What the file no longer has is held as well until
its gates open; what was never built and may not be yet is absent, and the services on it wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from msgspec import Struct

from delivery import blueprints
from delivery.approvals import STACK
from delivery.blueprints import Blueprint, Settings
from delivery.facts import Evidence
from delivery.gates import Alteration, Answer, State, Verdict, guarded
from delivery.instances import Approvals
from delivery.inventories import Built, Inventory
from delivery.plan import Action
from delivery.problems import Problem, Refused, Spot
from delivery.shapes.infrastructure import ProvisionedRuntime, RegistrySettings, RuntimeSettings
from delivery.shapes.stack import Stack
from delivery.structs import replace
from delivery.tree import Tree
from delivery.versions import Candidate


class Part(Struct, frozen=True):
    """What an update has in mind for one runtime or registry."""

    change: Alteration
    verdict: Verdict
    built: Built
    """What the stack remembers of it."""
    action: Action
    blueprint: Blueprint | None
    """What it is built from; None where it is not built."""

    @property
    def id(self) -> str:
        """The name under which people know it beside service instances, such as `@stack/production/runtimes/k`."""
        return f"{STACK}/{self.change.stack}/{self.change.name}"

    @property
    def is_waiting(self) -> bool:
        """True where a gate keeps it from becoming what the file says."""
        return self.action is not Action.APPLY


class Foundation(Struct, frozen=True):
    """What an update builds services upon."""

    parts: tuple[Part, ...]
    texts: Mapping[str, str]
    """The settings that the stack must remember, by digest."""

    @property
    def clusters(self) -> tuple[RuntimeSettings, ...]:
        """The settings of the runtimes that are built."""
        return tuple(one for one in self._built if isinstance(one, RuntimeSettings))

    @property
    def runtimes(self) -> tuple[str, ...]:
        """The names of the runtimes that are built."""
        return tuple(one.name for one in self.clusters)

    @property
    def is_incomplete(self) -> bool:
        """True where a cluster is to be made in a cloud that no update has completed yet."""
        return any(
            one.blueprint and isinstance(one.blueprint.settings, ProvisionedRuntime) and not one.built.completed
            for one in self.parts
        )

    @property
    def _built(self) -> tuple[Settings, ...]:
        return tuple(one.blueprint.settings for one in self.parts if one.blueprint)

    def tree(self, tree: Tree, stack: str) -> Tree:
        """Return the tree with a stack's runtimes and registries as they are to be built."""
        built = tree.stacks[stack].model_copy(
            update={
                "runtimes": self.clusters,
                "registries": tuple(one for one in self._built if isinstance(one, RegistrySettings)),
            }
        )
        return replace(tree, stacks={**tree.stacks, stack: built})

    def judged(self, candidate: Candidate, verdict: Verdict) -> Verdict:
        """Return the verdict of a candidate, which also waits for its runtime where that is not built."""
        name = f"runtimes/{candidate.bundle.runtime}"
        part = next((one for one in self.parts if one.change.name == name), None)
        if part is not None and part.blueprint is not None:
            return verdict
        waits = [replace(one, gate=f"{name}: {one.gate}") for one in part.verdict.shut] if part else []
        waits = waits or [Answer(name, State.WAITING, "it is not built", "pvn status")]
        return replace(verdict, answers=(*verdict.answers, *waits))


def alterations(name: str, stack: Stack, inventory: Inventory) -> tuple[Alteration, ...]:
    """Return what a stack file makes of its runtimes and registries; those that only the stack remembers come last."""
    wanted = {one.id: one for one in blueprints.of_stack(stack)}
    gone = [one for one, built in inventory.built.items() if one not in wanted and built.kept]
    return tuple(Alteration(name, one, wanted.get(one), inventory.completed(one)) for one in (*wanted, *gone))


def lay(settings: Stack, changes: Sequence[Alteration], inventory: Inventory, evidence: Evidence) -> Foundation:
    """Return what becomes of the runtimes and registries of a stack, whose changes are `alterations`.

    Raises Refused where one that resists deletion would go.
    """
    how = Approvals(timedelta(seconds=settings.approvals.expire_after), settings.approvals.exclude_author)
    parts = tuple(_part(one, guarded(one, settings.preconditions, how, evidence), inventory) for one in changes)
    if problems := tuple(_unprotected(parts)):
        raise Refused(problems)
    return Foundation(parts, dict(_texts(parts, inventory)))


def _part(change: Alteration, verdict: Verdict, inventory: Inventory) -> Part:
    built = inventory.of(change.name)
    if verdict.is_open:
        return Part(change, verdict, built, Action.APPLY, change.wanted)
    kept = inventory.kept(change.name)
    return Part(change, verdict, built, Action.HOLD if kept else Action.WAIT, kept)


def _unprotected(parts: tuple[Part, ...]) -> Iterator[Problem]:
    """Yield what would go, or become something else under the same name, although it resists deletion."""
    for one in parts:
        before, after = one.change.before, one.blueprint
        is_same = before and after and before.settings.type == after.settings.type
        if before and before.is_protected and not is_same:
            yield Problem(
                Spot(f"Pulumi.{one.change.stack}.yaml"),
                f"{one.change.name} is protected, and this update would take it away",
                "bring it back, and if it is to go, lower it in an update of its own first: `protect: false`",
            )


def _texts(parts: tuple[Part, ...], inventory: Inventory) -> Iterator[tuple[str, str]]:
    for one in parts:
        if one.blueprint:
            yield one.blueprint.digest, one.blueprint.text
            yield from ((digest, inventory.texts[digest]) for digest in one.built.known)
