"""The outline of a text: what its documents are made of, scalar by scalar; and whether two outlines are the same."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml
from yaml._yaml import CParser

from delivery.manifests import documents
from delivery.manifests.loading import YamlError


class Part(NamedTuple):
    """One step through a document."""

    kind: str
    """The parser's event: a scalar, an alias, or the beginning or end of a collection or document."""
    anchor: str | None = None
    tag: str | None = None
    style: str = ""
    """Of a scalar: empty for plain text, else one of `'`, `"`, `|`, `>`."""
    text: str = ""
    """Of a scalar."""


Outline = list[Part]

_IN_DOUBLE_QUOTES = re.compile(r'(?:[^"\\]|\\.)*\Z', re.DOTALL)
_IN_SINGLE_QUOTES = re.compile(r"(?:[^']|'')*\Z")


def outline(text: str) -> Outline | None:
    """Return the outline of all documents of a text, None where one of them cannot be parsed."""
    parts: Outline = []
    errors: list[YamlError] = []
    try:
        for chunk in documents.chunks(text, 1, errors):
            parser: Any = CParser(chunk.text)
            while parser.check_event():
                parts.append(_part(parser.get_event()))
    except yaml.YAMLError:
        return None
    return None if errors else parts


def alike(one: Outline | None, other: Outline | None) -> bool:
    """Return whether two texts are made of the same parts, whatever their scalars say."""
    return (one is None) == (other is None) and [part[:3] for part in one or ()] == [part[:3] for part in other or ()]


def holds(neutral: Outline | None, actual: Outline | None, placeholders: dict[str, str]) -> bool:
    """Return whether a text is just what its neutral twin is, with values in place of placeholders.

    Each value must have arrived as text of the scalar that held its placeholder, complete and in no other place.
    Text that was quoted by hand for the place (doubled quotes, escapes, a whole value in its own quotes) has arrived.
    """
    if neutral is None or actual is None:
        return neutral is None and actual is None
    return alike(neutral, actual) and all(map(lambda a, b: _arrived(a, b, placeholders), neutral, actual))


def is_text(word: str) -> bool:
    """Return whether a word is nothing but text wherever a value may stand, whatever it is read as."""
    scalars = [part for part in outline(f"- {word}") or () if part.kind == "ScalarEvent"]
    return [(one.style, one.text, one.anchor, one.tag) for one in scalars] == [("", word, None, None)]


def _part(event: Any) -> Part:
    kind = type(event).__name__
    anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
    return Part(kind, anchor, tag, event.style or "", event.value) if kind == "ScalarEvent" else Part(kind, anchor, tag)


def _arrived(neutral: Part, actual: Part, placeholders: dict[str, str]) -> bool:
    here = [one for one in placeholders if one in neutral.text]
    if not here:
        return neutral == actual
    if not neutral.style and actual.style and actual.style in "'\"":
        return neutral.text in here  # a plain place that took a whole value with quotes of its own
    if neutral.style != actual.style:
        return False
    expected = neutral.text
    for one in here:
        value = _unquoted(placeholders[one], neutral.style)
        if value is None:
            return False
        expected = expected.replace(one, value)
    if neutral.style and neutral.style in "|>":
        # indented by hand or folded on purpose: the words are what counts
        return expected.split() == actual.text.split()
    return (expected if neutral.style else expected.strip()) == actual.text


def _unquoted(value: str, style: str) -> str | None:
    """Return what a value says inside quotes of a style, None where it ends them."""
    if style == "'":
        return value.replace("''", "'") if _IN_SINGLE_QUOTES.match(value) else None
    if style == '"':
        if not _IN_DOUBLE_QUOTES.match(value):
            return None
        if "\\" not in value:
            return value
        try:
            return str(yaml.load(f'"{value}"', Loader=yaml.CBaseLoader))  # noqa: S506 - it makes nothing but text
        except yaml.YAMLError:
            return None
    return value
