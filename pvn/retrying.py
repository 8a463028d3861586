"""Whether there is anything to try again: another version of the same values has to pass every gate anew."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from delivery.instances import ServiceInstance
from delivery.plan import Step
from delivery.problems import Problem, Refused, Spot
from delivery.tree import Tree
from pvn import output, standing
from pvn.standing import Health


def check(where: Path, wanted: Tree, meant: Collection[ServiceInstance]) -> None:
    """Raise Refused where what the tree wants of these instances has failed in none of them.

    Raises WorldFailed where nobody can tell.
    """
    with output.progress("asking stacks and clusters"):
        found = standing.look(where, wanted)
    ids = {one.id for one in meant}
    steps = [one for one in found.steps if one.candidate.instance.id in ids]
    if any(has_failed(one, found.health.get(one.candidate.instance.id)) for one in steps):
        return
    one = next(iter(meant))
    names = ", ".join(instance.channel for instance in meant)
    what = f"service {one.service!r} has not failed in {names}, so there is nothing to try again"
    fix = f"see how it is: pvn why {one.application} --service {one.service}; or give it a new value: --param NAME=VALUE"
    raise Refused([Problem(Spot("--retry"), what, fix)])


def has_failed(one: Step, health: Health | None) -> bool:
    """Return whether what the tree wants of an instance was given up, did not complete, or is not known to be healthy."""
    history, record = one.history, one.candidate.record
    if history.failed == record or (history.is_interrupted and history.tried in (None, record)):
        return True
    return history.effective == record and (health is None or health.ailment is not None)
