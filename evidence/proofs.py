"""Everything that the gates of a stack's own runtimes and registries may look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from delivery import inventories
from delivery.approvals import STACK
from delivery.facts import Evidence, Nodes
from delivery.gates import Alteration
from delivery.inventories import Inventory
from delivery.problems import WorldFailed
from delivery.shapes.stack import Stack
from delivery.structs import replace
from delivery.unknown import Unknown
from evidence import authors, nodes
from evidence.gather import Outputs, kubeconfigs, unasked


def upstreams(stack: Stack) -> tuple[str, ...]:
    """Return the stacks that are to prove changes of this one."""
    return tuple(sorted({one.stack_stable for one in stack.preconditions if one.stack_stable}))


def gather(
    root: Path,
    stack: Stack,
    changes: Iterable[Alteration],
    outputs: Mapping[str, Outputs | Unknown],
    evidence: Evidence,
) -> Evidence:
    """Return the evidence with what the gates of a stack's runtimes and registries look at as well.

    Nothing is asked where nothing changes. What does not answer is an Unknown, never an error.
    """
    changed = [one for one in changes if one.is_change]
    if not changed or not stack.preconditions:
        return evidence
    found = {name: _inventory(name, outputs.get(name, unasked(name))) for name in upstreams(stack)}
    types = {one.wanted.settings.type for one in changed if one.wanted}
    peers = [(name, runtime) for name, one in found.items() for runtime in _runtimes(one, types)]
    with ThreadPoolExecutor() as pool:
        looked = dict(pool.map(lambda peer: (peer, _look(outputs, *peer)), peers))
    written = dict(evidence.authors)
    if stack.approvals.exclude_author:
        written[STACK] = authors.of_stack(root, changed[0].stack)
    return replace(evidence, inventories=found, nodes=looked, authors=written)


def _inventory(stack: str, outputs: Outputs | Unknown) -> Inventory | Unknown:
    if isinstance(outputs, Unknown):
        return outputs
    try:
        return inventories.read(stack, outputs)
    except WorldFailed as wrong:
        return Unknown(f"{wrong.where}: {wrong.what}", wrong.fix)


def _runtimes(inventory: Inventory | Unknown, types: set[str]) -> Iterator[str]:
    """Yield the runtimes of these types that a stack has."""
    if isinstance(inventory, Unknown):
        return
    for name in inventory.built:
        found = inventory.completed(name)
        if found and found.kind == "runtimes" and found.settings.type in types:
            yield found.settings.name


def _look(outputs: Mapping[str, Outputs | Unknown], stack: str, runtime: str) -> Nodes | Unknown:
    of_stack = outputs.get(stack, unasked(stack))
    if isinstance(of_stack, Unknown):
        return of_stack
    kubeconfig = kubeconfigs(of_stack).get(runtime)
    if kubeconfig is None:
        return Unknown(f"stack {stack!r} does not say how to reach {runtime!r}", f"pulumi up -s {stack}")
    return nodes.look(runtime, kubeconfig)
