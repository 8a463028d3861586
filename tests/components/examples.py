"""Whole stacks of examples/, with the shipped applications: what an update of one registers."""

from __future__ import annotations

from pathlib import Path

from pulumi.runtime.mocks import Mocks

from components import stack
from delivery import desired, foundations, tombstones
from delivery.facts import Evidence
from delivery.gates import Verdict
from delivery.inventories import Inventory
from delivery.namespaces import namespaces
from delivery.plan import plan
from delivery.records import Ledger
from delivery.supply import supply
from tests.components.recording import Recording, record
from tests.golden.test_examples import project
from tests.unit.made import NOW


def made(root: Path, cloud: str, name: str, answers: Mocks | None = None) -> Recording:
    """Return what an update of a stack registers whose gates are all open; `answers` stands in for the cloud."""
    tree = project(root, cloud)
    settings, candidates = tree.stacks[name], desired.with_upstreams(tree, name).of_stack(name)
    verdicts = {one.instance.id: Verdict(()) for one in candidates}
    evidence, inventory, removed = Evidence(NOW), Inventory(), tombstones.removed(tree)
    foundation = foundations.lay(settings, foundations.alterations(name, settings, inventory), inventory, evidence)
    steps = plan(candidates, verdicts, Ledger(), foundation.runtimes, removed)
    spaces = namespaces(steps.steps, {}, removed, foundation.runtimes)
    return record(lambda: stack.make(foundation, steps, spaces, root, supply(tree)), cloud=answers)
