"""Text to documents, as kubectl reads a file: split at lines that begin with `---`, each parsed by itself.

The split comes before the parser, so `---` ends a document wherever a line begins with it. A text that begins with `{` is
read as JSON first. Duplicate keys are kubectl's too: the last one counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from delivery.manifests import lines, loading
from delivery.manifests.loading import YamlError
from delivery.manifests.scalars import ScalarError, number


class Chunk(Struct, frozen=True):
    """The text of one document, before it is parsed."""

    text: str
    line: int
    """The line of the whole text on which it begins, counted from 1."""


class Document(Struct, frozen=True):
    """One document that is not empty."""

    value: Any
    """Plain JSON data. Mappings and lists are the caller's own: nothing else refers to them."""
    line: int
    """The line of the whole text on which its first value stands, counted from 1."""
    number: int
    """Counted from 1, empty documents too."""


_MANY_DIGITS = 30
_SURROGATE = re.compile("[\ud800-\udfff]")
_SEPARATOR = re.compile(r"^---(.*)\n", re.MULTILINE)
_SPACE = re.compile(r"[ \t\r\n]*")
_TO_NEXT_LINE = re.compile(r"[ \t\r]*\n?")


def load(text: str) -> tuple[list[Document], list[YamlError]]:
    """Return the documents of a text that are not empty, and what is wrong with the others."""
    documents: list[Document] = []
    errors: list[YamlError] = []
    count, rest, line = 0, text, 1
    if text.lstrip().startswith("{"):
        rest, line, count = _json(text, documents, errors)
    for number_, chunk in enumerate(chunks(rest, line, errors), count + 1):
        try:
            value, start = lines.read(chunk.text) or loading.load(chunk.text)
        except YamlError as wrong:
            errors.append(wrong.moved(chunk.line - 1))
            continue
        if value is not None:
            documents.append(Document(value, start + chunk.line - 1, number_))
    return documents, errors


def chunks(text: str, line: int, errors: list[YamlError]) -> Iterator[Chunk]:
    """Yield the text of each document. `line` is the number of the first one; wrong separators go to `errors`."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if text and not text.endswith("\n"):
        text += "\n"
    at, begins = 0, line
    for separator in _SEPARATOR.finditer(text) if "---" in text else ():
        after = separator[1].strip()
        if after and not after.startswith("#"):
            wrong = begins + text.count("\n", at, separator.start())
            what = f"a line that begins with `---` separates documents, and here more follows: `{after}`"
            errors.append(YamlError(wrong, 1, what, "put what follows on a line of its own"))
        if separator.start() > at:  # else the separator is the first line of the document that it begins
            yield Chunk(text[at : separator.start()], begins)
            begins += text.count("\n", at, separator.end())
            at = separator.end()
    if at < len(text):
        yield Chunk(text[at:], begins)


def items(value: Any) -> Iterator[Any]:
    """Yield the objects of a list, as kubectl does: anything with `items` is one, whatever its kind."""
    if not isinstance(value, dict) or "items" not in value:
        yield value
        return
    kind = str(value.get("kind") or "").removesuffix("List")
    for item in value["items"] or ():
        nameless = isinstance(item, dict) and not item.get("kind") and not item.get("apiVersion")
        yield from items({**item, "kind": kind, "apiVersion": value.get("apiVersion")} if nameless else item)


def _json(text: str, documents: list[Document], errors: list[YamlError]) -> tuple[str, int, int]:
    """Read JSON objects from the beginning; return what is left for YAML, its line, and how many there were."""
    decoder = json.JSONDecoder(parse_float=_float, parse_int=_int, parse_constant=_constant)
    at = count = 0
    while True:
        start = _SPACE.match(text, at).end()  # type: ignore[union-attr]  # it matches the empty text too
        if start == len(text):
            return "", 1, count
        line = text.count("\n", 0, start) + 1
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError) as wrong:
            if count < 2:  # kubectl tries YAML as long as it has seen at most one object
                at = _TO_NEXT_LINE.match(text, at).end() if count else 0  # type: ignore[union-attr]
                return text[at:], text.count("\n", 0, at) + 1, count
            errors.append(YamlError(line, 0, f"this is not JSON: {wrong}", "mend it, or separate the objects with `---`"))
            return "", line, count
        at = end
        count += 1
        if value is not None:
            documents.append(Document(_legible(value) if "\\u" in text else value, line, count))


def _legible(value: Any) -> Any:
    """Return JSON data with halves of characters replaced, as go does it: they cannot be written out again."""
    if isinstance(value, str):
        return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {_legible(key): _legible(item) for key, item in value.items()}
    return [_legible(item) for item in value] if isinstance(value, list) else value


def _float(text: str) -> int | float:
    return number(float(text))


def _int(text: str) -> int | float:
    # python refuses to read digits by the thousand
    return number(int(text) if len(text) < _MANY_DIGITS else float(text))


def _constant(text: str) -> float:
    raise ScalarError(f"{text} is not JSON")
