"""Things that wait for themselves, by way of one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence


def circles(waits: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Yield each circle among names and what they wait for, once: from its first name, in their order, back to it."""
    told: set[str] = set()
    for name in waits:
        if name not in told and (found := _way_back(name, waits)):
            told.update(found)
            yield found


def _way_back(start: str, waits: Mapping[str, Sequence[str]]) -> list[str] | None:
    """Return the shortest way from a name back to it, None where there is none."""
    ways, known = [[start]], {start}
    for way in ways:
        for name in waits.get(way[-1], ()):
            if name == start:
                return [*way, start]
            if name not in known:
                known.add(name)
                ways.append([*way, name])
    return None
