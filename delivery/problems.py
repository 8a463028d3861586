"""What a person is told when something must be mended: place, problem, fix.

Trouble                  anything a person is told instead of a traceback
├── Refused              their files are wrong; carries every Problem found    (exit code 1)
└── WorldFailed          a cluster, registry, engine or tool did not do its part (exit code 4)
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from msgspec import Struct


class Spot(Struct, frozen=True, order=True):
    """A place in a file of the project."""

    file: str
    """Relative to the project's root, with forward slashes."""
    line: int = 0
    """Counted from 1. 0 stands for the file, or the folder, as a whole."""
    column: int = 0
    """Counted from 1, in characters. 0 stands for the whole line."""

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


class Problem(Struct, frozen=True, order=True):
    """One thing to mend: where it is, what is wrong, and what to do."""

    at: Spot
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.at}: {self.what}\n  fix: {self.fix}"


class Trouble(Exception):
    """Something that a person has to mend; its text is all they need."""


class Refused(Trouble):
    """The project's files cannot be used. Carries every problem found, sorted, each once, whatever fixes it comes with."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = {(one.at, one.what): one for one in sorted(problems, reverse=True)}
        self.problems = tuple(sorted(found.values()))
        super().__init__("\n".join(map(str, self.problems)))


class WorldFailed(Trouble):
    """A cluster, registry, engine or tool did not do its part; the files may be fine."""

    def __init__(self, where: str, what: str, fix: str) -> None:
        self.where, self.what, self.fix = where, what, fix
        super().__init__(f"{where}: {what}\n  fix: {fix}")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that looks most like a misspelt or shortened one, or None where none is near."""
    names = sorted(known)
    if close := difflib.get_close_matches(name, names, n=1, cutoff=0.6):
        return close[0]
    longer = [one for one in names if len(name) > 1 and one.startswith(name)]
    return longer[0] if len(longer) == 1 else None


def suggestion(name: str, known: Iterable[str], noun: str) -> str:
    """Return a fix for a misspelt name: the near name, else all the known ones."""
    names = sorted(known)
    if near := nearest(name, names):
        return f"did you mean {near!r}?"
    return f"known {noun}: {', '.join(names)}" if names else f"there are no {noun} yet"
