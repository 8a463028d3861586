"""Where an object comes from: a line of the rendered text, and the line of the manifest that it was made of."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cached_property

from delivery.instances import ManifestFile
from delivery.problems import Problem, Spot


@dataclass(frozen=True)
class Text:
    """A manifest after its template was rendered."""

    file: ManifestFile
    text: str

    def spot(self, line: int, column: int = 0) -> Spot:
        """Return the place in the manifest of a place in the rendered text."""
        source = self._sources[min(line, len(self._sources)) - 1] if line > 0 else 0
        # a column survives rendering only where the line itself did
        kept = column if source and self._lines[1][line - 1 : line] == self._lines[0][source - 1 : source] else 0
        return Spot(self.file.name, source + self.file.line - 1 if source else self.file.line, kept)

    def problem(self, line: int, column: int, what: str, fix: str) -> Problem:
        """Return a problem of the rendered text, which says both lines where they differ."""
        spot = self.spot(line, column)
        if line and (line != spot.line - self.file.line + 1 or not spot.column):
            place = f"line {line}, column {column}" if column else f"line {line}"
            shown = self._lines[1][line - 1].strip()[:60] if line <= len(self._lines[1]) else ""
            what = f"{what} (rendered, {place}: `{shown}`)" if shown else f"{what} (rendered, {place})"
        return Problem(spot, what, fix)

    @cached_property
    def _lines(self) -> tuple[list[str], list[str]]:
        return self.file.text.split("\n"), self.text.split("\n")

    @cached_property
    def _sources(self) -> list[int]:
        """The line of the manifest for each rendered line. Exact where no line came or went, else the likeliest one."""
        source, rendered = self._lines
        if len(source) == len(rendered):
            return list(range(1, len(source) + 1))
        found = [0] * len(rendered)
        for block in difflib.SequenceMatcher(None, source, rendered, autojunk=False).get_matching_blocks():
            for step in range(block.size):
                found[block.b + step] = block.a + step + 1
        last = 1
        for at, line in enumerate(found):
            # a line with an action in it matches nothing: it is the one after the last that is known
            last = found[at] = line or (min(last + 1, len(source)) if at else 1)
        return found


@dataclass(frozen=True, slots=True)
class Place:
    """The document that an object stands in."""

    text: Text
    line: int
    """Of the rendered text, counted from 1."""
    document: int
    """Which document of its file, counted from 1."""

    @property
    def spot(self) -> Spot:
        """The place in the manifest as written."""
        return self.text.spot(self.line)
