"""Names that stand twice where each may stand once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from delivery.problems import Problem, Spot


def duplicates(noun: str, names: Iterable[tuple[str, Spot]]) -> Iterator[Problem]:
    """Yield a problem for every name after its first use, saying where that was."""
    first: dict[str, Spot] = {}
    for name, at in names:
        if name in first:
            yield Problem(at, f"{noun} {name!r} is there already, at {first[name]}", "rename one of them, or take it out")
        first.setdefault(name, at)
