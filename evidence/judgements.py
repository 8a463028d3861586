"""What the gates of one stack say: everything they may look at is asked in one go, and then they are judged.

The program, the policy pack and `pvn status` all come through here. They differ in how they read the outputs of stacks, and
in nothing that decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct, field

from delivery import desired, foundations, gates, inventories, records, rollbacks
from delivery.desired import Desired
from delivery.facts import Evidence
from delivery.foundations import Foundation
from delivery.gates import Verdict
from delivery.inventories import Inventory
from delivery.plan import Action
from delivery.records import Ledger
from delivery.shapes.stack import Stack
from delivery.structs import replace
from delivery.tree import Tree
from delivery.unknown import Unknown
from delivery.verdicts import verdicts
from delivery.versions import Candidate
from evidence import backend, gather, proofs
from evidence.gather import Outputs


class Memory(Struct, frozen=True):
    """What a stack remembers of its last update; nothing before the first one."""

    ledger: Ledger = field(default_factory=Ledger)
    """Of its service instances."""
    inventory: Inventory = field(default_factory=Inventory)
    """Of its runtimes and registries."""


class Judgement(Struct, frozen=True):
    """What a stack is to become, and what its gates say of it."""

    candidates: tuple[Candidate, ...]
    """What the tree wants of each service instance, or what a rollback wants of it."""
    memory: Memory
    """With what an update that was killed began of service instances that wait, and that the stack remembers nothing of."""
    evidence: Evidence
    foundation: Foundation
    verdicts: Mapping[str, Verdict]
    """By instance id."""
    begun: tuple[str, ...] = ()
    """Runtimes and registries, by name, that an update began before it was killed and that may not be made now."""


def memory(stack: str, outputs: Outputs | Unknown) -> Memory:
    """Return what a stack's outputs say that it remembers. Raises WorldFailed where that cannot be had for certain."""
    return Memory(records.own(stack, outputs), inventories.own(stack, outputs))


def stacks(here: Desired, stack: str, settings: Stack) -> frozenset[str]:
    """Return the stacks whose outputs a judgement needs: its own, and those that its gates look at."""
    return frozenset({stack, *gather.upstream(here, stack).stacks, *proofs.upstreams(settings)})


def judge(
    root: Path,
    wanted: Tree,
    here: Desired,
    stack: str,
    outputs: Mapping[str, Outputs | Unknown],
    remembered: Memory,
    *,
    vouches: bool = False,
    also: Iterable[Candidate] = (),
) -> Judgement:
    """Ask everything that the gates of a stack may look at, and return what they say.

    `here` has the stack's own candidates and those that their gates look at, `outputs` are those of `stacks`. Looked at as
    well is a stack that `vouches` for its own stability, and what somebody `also` wants to show. Raises Refused where a
    rollback names a release that the stack does not remember. What does not answer is an Unknown that keeps shut what
    depends on it, never an error.
    """
    settings, ledger, inventory = wanted.stacks[stack], remembered.ledger, remembered.inventory
    own = (one for one in here.of_stack(stack) if desired.is_selected(wanted, one.instance))
    candidates = rollbacks.pinned(own, ledger)
    changes = foundations.alterations(stack, settings, inventory)
    asked = gather.upstream(here, stack).and_own(candidates, ledger, vouches=vouches).and_also(also)
    moving = [one for one in candidates if not gates.is_there(one, ledger.history(one.instance.id))]
    gathered = gather.gather(root, asked, candidates, outputs, gates.counting(moving, datetime.now(UTC)))
    evidence = proofs.gather(root, settings, changes, outputs, gathered)
    foundation = foundations.lay(settings, changes, inventory, evidence)
    said = verdicts(here, candidates, ledger, foundation, evidence)
    strangers = [one for one in candidates if not (said[one.instance.id].is_open or one.instance.id in ledger.histories)]
    absent = [one.change.name for one in foundation.parts if one.action is Action.WAIT]
    begun: tuple[str, ...] = ()
    if strangers or absent:
        left = backend.left_over(root, stack, strangers, absent, ledger)
        remembered, begun = replace(remembered, ledger=left.ledger), left.parts
    return Judgement(candidates, remembered, evidence, foundation, said, begun)
