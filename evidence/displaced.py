"""What is held, and is not what is there: an update that was killed had put another release in its place.

The engine knows nothing of it. It compares what is wanted with the last state that it wrote, finds no difference, and
leaves what the killed update has applied (docs/adr/0028). So the cluster is asked, where something is held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from delivery import objects
from delivery.objects import ObjectKey
from delivery.plan import Action, Plan, Step
from delivery.unknown import Unknown
from evidence import gather
from evidence.gather import Outputs


def restored(stack: str, outputs: Outputs | Unknown, plan: Plan) -> Plan:
    """Return the plan, with those of the held instances put back of which the cluster has objects of another release.

    `outputs` are the stack's own. A cluster that does not answer has nothing put back: what is held stays as it is.
    """
    # what was begun and never completed is what the cluster has, whatever the objects there say of themselves
    held = [one for one in plan.steps if one.action is Action.HOLD and one.record == one.history.effective]
    wanted: dict[str, dict[ObjectKey, dict[str, Mapping[str, Any]]]] = {}
    for step in held:
        for key, digest, found in _objects(step):
            wanted.setdefault(step.runtime, {})[key] = {digest: found}
    with ThreadPoolExecutor() as pool:
        asked = pool.map(lambda item: gather.look({stack: outputs}, (stack, item[0]), item[1]), wanted.items())
        live = dict(asked)
    return plan.restoring(frozenset(one.candidate.instance.id for one in held if _is_displaced(one, live[one.runtime])))


def _objects(step: Step) -> Iterator[tuple[ObjectKey, str, Mapping[str, Any]]]:
    """Yield the key of each object that a held instance is to have, the digest it is to carry, and itself."""
    assert step.bundle is not None
    for found in step.bundle.objects:
        yield objects.key(found), step.bundle.digest, found


def _is_displaced(step: Step, live: Mapping[ObjectKey, Any] | Unknown) -> bool:
    if isinstance(live, Unknown):
        return False
    there = ((live[key].manifests, digest) for key, digest, _ in _objects(step) if key in live)
    return any(found is not None and found != digest for found, digest in there)
