"""How far a template may go before it is stopped, and the count kept while it runs.

Templates are text that people send in; one that never ends, or whose output fills the memory, ends in an error here.
"""

from __future__ import annotations

from delivery.gotemplate.errors import Failure

DEEPEST_TEMPLATE = 200
"""Templates that include one another. Go stops at 100,000; Python's stack is shorter."""

DEEPEST_PRINT = 100
"""Maps and lists within one another, where one is printed whole."""

MOST_VALUES = 50_000
"""Values within one that is written as YAML or JSON."""

LONGEST_TEXT = 16 << 20
"""Characters of one printed value."""

LONGEST_OUTPUT = 64 << 20
"""Characters of a rendered template, and of all strings that functions make on the way. A manifest above 3 MiB does not
fit into a cluster's store anyway."""

MOST_STEPS = 1_000_000
"""Pieces of template that loops and includes run, added up; about a second's work."""


class Run:
    """One rendering: how missing keys are treated, and what may still be spent."""

    __slots__ = ("allows_complaints", "depth", "is_strict", "missing", "room", "steps")

    def __init__(self, missing: object, *, is_strict: bool, allows_complaints: bool = True) -> None:
        self.missing = missing
        """What a key that a map does not have gives, where that is no error."""
        self.is_strict = is_strict
        """Missing keys, and printing nothing at all, are errors."""
        self.allows_complaints = allows_complaints
        """What `print` and `printf` cannot print may come out as they complain of it."""
        self.steps, self.room, self.depth = MOST_STEPS, LONGEST_OUTPUT, 0

    def spend(self, steps: int, offset: int) -> None:
        """Count the steps of the loop or include at an offset; raise a Failure when too many were taken."""
        self.steps -= steps
        if self.steps < 0:
            fix = f"loops and includes may take {MOST_STEPS:,} steps in all"
            raise Failure("the template runs too long", fix, offset)

    def make(self, text: str) -> str:
        """Count a string that a function made, and return it; raise a Failure when there are too many."""
        self.room -= len(text)
        if self.room < 0:
            raise too_long()
        return text


def too_long() -> Failure:
    """Return the error for more text than a rendering may make."""
    return Failure("the template makes too much text", f"at most {LONGEST_OUTPUT:,} characters in all")
