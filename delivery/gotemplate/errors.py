"""What goes wrong in a template: where, what, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable

from delivery.problems import Trouble, nearest

_MOST_NAMES = 30
_LONGEST_NAME = 60


class TemplateError(Trouble):
    """A template that cannot be parsed or rendered; says the place, the problem and the fix."""

    def __init__(self, name: str, line: int, column: int, what: str, fix: str) -> None:
        self.name = name
        """The file, as given to `render`."""
        self.line, self.column = line, column
        """Both counted from 1, in characters."""
        self.what, self.fix = what, fix
        super().__init__(f"{name}:{line}:{column}: {what}\n  fix: {fix}")

    def __reduce__(self) -> tuple[type[TemplateError], tuple[str, int, int, str, str]]:
        return TemplateError, (self.name, self.line, self.column, self.what, self.fix)


class Failure(Exception):
    """An error that does not know its file yet; `Template.render` turns it into a TemplateError."""

    def __init__(self, what: str, fix: str = "", offset: int = -1) -> None:
        self.what, self.fix, self.offset = what, fix, offset
        super().__init__(what)

    def at(self, offset: int) -> Failure:
        """Say where it happened, unless that is known; return itself."""
        if self.offset < 0:
            self.offset = offset
        return self


def known_names(name: str, known: Iterable[str], noun: str) -> str:
    """Return a fix for an unknown name: the near name where there is one, and the known ones."""
    # looking for the near name takes time with the square of the names' length
    names = sorted(each for each in known if len(each) <= _LONGEST_NAME)[: 10 * _MOST_NAMES]
    if not names:
        return f"there are no {noun} here"
    near = nearest(name, names) if len(name) <= _LONGEST_NAME else None
    listed = ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
    return f"did you mean {near!r}? known {noun}: {listed}" if near else f"known {noun}: {listed}"
