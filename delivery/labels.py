"""Label queries: which runtimes a channel group is for, which channels have to be stable.

`a=b` is a term. Terms side by side are an intersection, `+` is a union, `-` a difference, parentheses group. Side by side
binds tighter than `+` and `-`, which are equal and read from the left. Both are also letters of labels, so as operators
they stand alone: white space or a parenthesis on either side (docs/adr/0007-label-queries.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from msgspec import Struct

from delivery.problems import Trouble, suggestion

OF_RUNTIMES = ("@type", "@name")
"""The labels that every runtime has by itself."""
OF_CHANNELS = ("@type", "@name", "@group", "@application")
"""The labels that every release channel has by itself."""

_EQUAL = ("@type", "@application")
"""Labels that are the same for all that one query is asked about."""


class QueryError(Trouble):
    """A text that is no label query: where in it, what is wrong, and what to write instead."""

    def __init__(self, column: int, what: str, fix: str) -> None:
        self.column = column
        """Counted from 1, in characters of the query."""
        self.what = f"{what} (character {column} of the label query)"
        self.fix = fix
        super().__init__(f"{self.what}\n  fix: {fix}")


class Term(Struct, frozen=True):
    """Holds where a label is there and has exactly this value."""

    label: str
    value: str


class Query(Struct, frozen=True):
    """A label query, ready to be asked."""

    steps: tuple[Term | str, ...]
    """In the order of evaluation: a term pushes its answer, an operator takes two answers and pushes one."""

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return whether the query holds for something with these labels."""
        # a stack of answers and no recursion: a query may be as long and as deep as its author likes
        answers: list[bool] = []
        for step in self.steps:
            if isinstance(step, Term):
                answers.append(labels.get(step.label) == step.value)
                continue
            right, left = answers.pop(), answers.pop()
            answers.append(_OPERATORS[step](left, right))
        return answers.pop()


_AND = "and"
_OPERATORS: dict[str, Callable[[bool, bool], bool]] = {
    _AND: lambda left, right: left and right,
    "+": lambda left, right: left or right,
    "-": lambda left, right: left and not right,
}
_STRENGTH = {_AND: 2, "+": 1, "-": 1, "(": 0}
_WORD = re.compile(r"\s+|(?P<word>[()]|[a-zA-Z0-9.\-_@+=]+)")
_ALONE = "+ and - are letters of labels too: as operators they stand alone, as in `a=b - c=d`"


def parse(text: str, automatic: Collection[str] = OF_CHANNELS) -> Query:
    """Return the query that a text says.

    `automatic` are the labels with an @ that what is asked has; any other one is refused, because a term that can never
    hold would widen a difference without a word. Raises QueryError, and nothing else.
    """
    return Query(tuple(_Parser(automatic).parse(text)))


def hint(text: str, known: Iterable[Mapping[str, str]]) -> str:
    """Return a fix for a query that matches none of these labels: the near term, else all terms that would match some."""
    terms = {f"{label}={value}" for labels in known for label, value in labels.items() if label not in _EQUAL and value}
    return f"{suggestion(text, terms, 'labels')} (if it may match none: allowEmpty: true)"


class _Parser:
    """Infix to postfix, in one pass: operators wait until a weaker one, or the end, lets them go."""

    def __init__(self, automatic: Collection[str]) -> None:
        self.automatic = automatic
        self.steps: list[Term | str] = []
        self.waiting: list[tuple[str, int]] = []
        self.before = ""
        """The operator or parenthesis that wants a term after it; empty after a term."""

    def parse(self, text: str) -> list[Term | str]:
        self.before = "the beginning"
        for word, column in _words(text):
            self._take(word, column)
        if self.before:
            self._nothing(len(text) + 1)
        self._let_go(1)
        if self.waiting:
            raise QueryError(self.waiting[-1][1], "this `(` is never closed", "add a `)`")
        return self.steps

    def _take(self, word: str, column: int) -> None:
        if word in ("+", "-"):
            if self.before:
                self._nothing(column)
            self._let_go(_STRENGTH[word])
            self.waiting.append((word, column))
            self.before = word
        elif word == ")":
            if self.before:
                self._nothing(column)
            self._let_go(1)
            if not self.waiting:
                raise QueryError(column, "this `)` closes nothing", "take it out, or add a `(`")
            self.waiting.pop()
        else:
            if not self.before:
                self._let_go(_STRENGTH[_AND])
                self.waiting.append((_AND, column))
            if word == "(":
                self.waiting.append((word, column))
            else:
                self.steps.append(self._term(word, column))
            self.before = "(" if word == "(" else ""

    def _let_go(self, strength: int) -> None:
        """Move the operators that bind at least as tightly to the answer."""
        while self.waiting and _STRENGTH[self.waiting[-1][0]] >= strength:
            self.steps.append(self.waiting.pop()[0])

    def _nothing(self, column: int) -> None:
        if not self.steps and not self.waiting:
            raise QueryError(column, "there is no term", "write a label and its value, such as env=production")
        raise QueryError(column, f"there is no term after `{self.before}`", "add one, such as env=production")

    def _term(self, word: str, column: int) -> Term:
        if word[0] in "+-" or word[-1] in "+-":
            last = column if word[0] in "+-" else column + len(word) - 1
            raise QueryError(last, f"is `{word}` a label, or an operator?", _ALONE)
        label, *values = word.split("=")
        if len(values) != 1:
            what = f"`{word}` has no value" if not values else f"`{word}` has more than one ="
            fix = f"write {word}=…" if not values else "put white space between terms, and around operators"
            raise QueryError(column, what, fix)
        if not label:
            raise QueryError(column, f"`{word}` has no label", "write a label and its value, such as env=production")
        if label.startswith("@") and label not in self.automatic:
            fix = suggestion(label, self.automatic, "labels of this kind")
            raise QueryError(column, f"nothing that is asked here has a label `{label}`", fix)
        return Term(label, values[0])


def _words(text: str) -> Iterator[tuple[str, int]]:
    place = 0
    while place < len(text):
        found = _WORD.match(text, place)
        if found is None:
            fix = "labels have letters, digits and . - _ @ +"
            raise QueryError(place + 1, f"the character {text[place]!r} has no place in a label query", fix)
        if word := found["word"]:
            yield word, place + 1
        place = found.end()
