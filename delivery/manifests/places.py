"""Where an object comes from: a line of the rendered text, and the line of the manifest that it was made of."""

from __future__ import annotations

from functools import cached_property

from msgspec import Struct, field

from delivery import gotemplate
from delivery.instances import ManifestFile
from delivery.problems import Problem, Spot
from delivery.variables import Variables


class Text(Struct, frozen=True, dict=True):
    """A manifest after its template was rendered."""

    file: ManifestFile
    text: str
    given: Variables = field(default_factory=dict)
    """What its template was given."""

    def spot(self, line: int, column: int = 0) -> Spot:
        """Return the place in the manifest of a place in the rendered text."""
        source = self._sources[min(line, len(self._sources)) - 1] if line and self._sources else 0
        # a column survives rendering only where the line itself did
        kept = column if self._is_as_written(line, source) else 0
        return Spot(self.file.name, source + self.file.line - 1 if source else self.file.line, kept)

    def problem(self, line: int, column: int, what: str, fix: str) -> Problem:
        """Return a problem of the rendered text, whose fix shows the line where that is not the one in the manifest.

        Channels may differ in what came out, and it is one problem nevertheless.
        """
        spot = self.spot(line, column)
        shown = self._lines[1][line - 1].strip()[:60] if 0 < line <= len(self._lines[1]) else ""
        if shown and not self._is_as_written(line, spot.line - self.file.line + 1):
            fix = f"{fix}; the line came out as `{shown}`"
        return Problem(spot, what, fix)

    def _is_as_written(self, line: int, source: int) -> bool:
        written, rendered = self._lines
        return line > 0 < source and rendered[line - 1 : line] == written[source - 1 : source]

    @cached_property
    def _lines(self) -> tuple[list[str], list[str]]:
        return self.file.text.split("\n"), self.text.split("\n")

    @cached_property
    def _sources(self) -> list[int]:
        """The line of the manifest for each rendered line."""
        if "{{" not in self.file.text:
            return list(range(1, len(self._lines[0]) + 1))
        return gotemplate.origins(self.file.text, self.given, self.text)


class Place(Struct, frozen=True):
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
