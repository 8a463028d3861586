"""Which line of a template each line of its text comes from.

The template is rendered once more, with a mark before each piece of a line that is written outside of actions. That costs
a second rendering, so it is done where somebody has to be told a place, and leaves the way to the text itself as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from delivery.gotemplate.errors import TemplateError
from delivery.gotemplate.lexer import tokens
from delivery.gotemplate.template import Template

_BLOCKS = frozenset(("if", "with", "range", "block", "define"))


def origins(source: str, data: object, text: str) -> list[int]:
    """Return for each line of a text that a template made of some data the line of the template, both counted from 1.

    What an action brings belongs to the line of the action. The list is empty where nobody can tell.
    """
    mark = next(sign for sign in map(chr, range(0xE000, 0xF900)) if sign not in source and sign not in text)
    pattern = re.compile(f"{mark}([0-9]+){mark}")
    # a function may do something else with marks than with what they stand in: then what is included has none
    for is_inside in (True, False):
        try:
            marked = Template("".join(_marked(source, mark, is_inside=is_inside))).render(data, complaints=False)
        except TemplateError:
            continue
        if pattern.sub("", marked) == text:
            return list(_lines(marked, pattern))
    return []


def _lines(marked: str, pattern: re.Pattern[str]) -> Iterator[int]:
    blank = re.compile(rf"(?:\s|{pattern.pattern})*")
    last = 1
    for line in marked.split("\n"):
        found = pattern.findall(line)
        # the mark that what the line says begins with: before it, a loop or an `include` may have left others
        begins = pattern.findall(line, 0, blank.match(line).end()) or found[:1]  # type: ignore[union-attr]  # it matches ""
        yield int(begins[-1]) if begins else last
        last = int(found[-1]) if found else last


def _marked(source: str, mark: str, *, is_inside: bool) -> Iterator[str]:
    """Yield the pieces of a source with marks in it; those inside of `define` and `block` are left out unless asked for."""
    blocks: list[str] = []
    at, before = 0, ""
    for token in tokens(source):
        if before == "{{" and token.kind in _BLOCKS:
            blocks.append(token.kind)
        elif before == "{{" and token.kind == "end":
            blocks.pop()
        elif token.kind == "text" and (is_inside or not {"define", "block"} & {*blocks}):
            line = source.count("\n", 0, token.offset) + 1
            yield source[at : token.offset]
            yield "\n".join(f"{mark}{number}{mark}{piece}" for number, piece in enumerate(token.text.split("\n"), line))
            at = token.offset + len(token.text)
        before = token.kind
    yield source[at:]
