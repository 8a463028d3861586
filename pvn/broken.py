"""Which runtimes and registries an update could not finish, where they are written, and what to do, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from delivery import states
from delivery.foundations import Foundation, Part
from delivery.problems import Problem, Refused, Spot

_DECIDES = {
    "Cluster": "version",
    "ManagedCluster": "version",
    "NodeGroup": "nodes",
    "NodePool": "nodes",
    "AgentPool": "nodes",
}
"""The setting behind most of what a cloud may have against a resource, by its type."""
_FIX = "mend what it says, then update again. Until then what needs it stays as it was, and nothing at all is deleted"
_TAKEN = "; where it says that there is one already: pvn doctor {}"


def text(foundation: Foundation, failed: Mapping[str, Sequence[str]]) -> str:
    """Return what an update says of the runtimes and registries whose resources failed; empty where there are none.

    `failed` has the URNs of resources, by that of the component at the top that they are of.
    """
    return "\n".join(map(str, _problems(foundation, {states.part_of(top): urns for top, urns in failed.items()})))


def refuse(foundation: Foundation, begun: Iterable[str]) -> None:
    """Raise Refused where a runtime or registry waits that a killed update has begun: not to make it is to delete it."""
    parts = {one.change.name: one for one in foundation.parts}
    if problems := tuple(_unfinished(parts[name]) for name in begun):
        raise Refused(problems)


def _unfinished(part: Part) -> Problem:
    gates = ", ".join(one.gate for one in part.verdict.shut)
    what = f"an update that was killed has begun {part.change.name}, which waits for {gates} now: going on would delete it"
    return Problem(_spot(part, ""), what, "open that, then update again (pvn status says how)")


def _problems(foundation: Foundation, failed: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    for part in foundation.parts:
        for urn in failed.get(part.change.name, ()):
            what = f"{part.change.name} is not finished: {states.shown(urn)} failed, and says why above"
            yield Problem(_spot(part, urn), what, _FIX + _TAKEN.format(part.change.stack))


def _spot(part: Part, urn: str) -> Spot:
    """Return the place of the setting that is most likely behind a failure; held settings stand in no file."""
    wanted = part.change.wanted
    if wanted is None or part.is_waiting:
        return Spot(f"Pulumi.{part.change.stack}.yaml")
    return wanted.settings.spot(_DECIDES.get(states.type_of(urn).rpartition(":")[2], ""))
