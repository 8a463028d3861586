"""A fast way through plain manifests: one `key: value` or `- item` a line, as most manifests are written.

It gives what `loading` gives or it gives up: `read` returns None for any text that holds more than it understands for
certain (blocks of text, anchors, tags, escapes, tabs, wrong indentation), and then libyaml reads
the text. Lines repeat within and across manifests, so each is taken apart once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from delivery.manifests import loading, scalars

_LINE = re.compile(
    r"(?P<indent> *)(?P<dash>- +)?"
    # a key, or at least something that is more than a value alone
    r"(?:(?P<key>[A-Za-z_/][A-Za-z0-9_./-]{0,200}):(?= |\Z))? *"
    r"(?P<value>.*?) *\Z"
)
_PLAIN = re.compile(r"(?:[A-Za-z0-9_/.~$(+]|-(?=[A-Za-z0-9_./-]))(?:[^:# ]|:(?=[^ ])|(?<! )#| )*\Z")
"""Text without quotes: no indicator in front, no `: ` and no ` #` inside, no colon at the end."""
_QUOTED = re.compile(r"""(?:"([^"\\]*)"|'([^']*)')(?: +#.*)?\Z""")
_ENTRY = re.compile(
    r" *(?:([A-Za-z_/][A-Za-z0-9_./-]{0,200}): +)?"
    r"""(?:"([^"\\]*)"|'([^']*)'|([A-Za-z0-9_/][A-Za-z0-9_./+=-]*)) *(?:,|\Z)"""
)
"""One entry between brackets or braces, with nothing in it that could be more than a word or a quoted text."""
_ASCII = re.compile(r"[ -~]*\Z")


class _Line(NamedTuple):
    """What one line says."""

    indent: int
    """The column of the dash, or else of the key."""
    column: int
    """The column of the key."""
    item: bool
    """Whether it begins an item of a list."""
    key: str | None
    value: Any
    copy: Callable[[Any], Any] | None
    """How to make a value of one's own of `value`, where it can change; None where it cannot."""
    opens: bool
    """Whether the value may follow on the next lines."""


class _Unsure(Exception):
    """A line that needs the real parser."""


_NOTHING = _Line(-1, -1, False, None, None, None, False)  # noqa: FBT003


def read(text: str) -> tuple[Any, int] | None:
    """Return the document of a text and the line it begins on, or None where libyaml has to read it."""
    try:
        lines = [_line(one) for one in text.split("\n")]
    except _Unsure:
        return None
    begins = next((at for at, one in enumerate(lines) if one is not _NOTHING), 0)
    first = lines[begins]
    # the innermost open collection and its column; those around it are on the stack
    root: Any = [] if first.item else {}
    stack: list[tuple[int, Any]] = []
    column, collection = first.indent, root
    pending: str | None = None  # the key whose value is still to come
    for line in lines:
        if line is _NOTHING:
            continue
        indent, inner, item, key, value, copy, opens = line
        if pending is not None and (indent > column or (item and indent == column)):
            child: Any = [] if item else {}
            collection[pending] = child
            stack.append((column, collection))
            column, collection = indent, child
        else:
            # a list may stand in the column of the key that it belongs to
            while column > indent or (column == indent and (collection.__class__ is list) is not item):
                if not stack:
                    return None
                column, collection = stack.pop()
            if column != indent:
                return None
        if copy:
            value = copy(value)
        if item:
            if key is None:
                collection.append(value)
                pending = None
                continue
            stack.append((column, collection))
            collection.append(child := {})
            column, collection = inner, child
        collection[key] = value
        pending = key if opens else None
    return (root if first is not _NOTHING else None), begins + 1


@lru_cache(maxsize=65536)
def _line(text: str) -> _Line:
    """Return what a line says. Raises _Unsure, which is not remembered."""
    if not _ASCII.match(text):
        raise _Unsure
    if not (stripped := text.strip(" ")) or stripped.startswith("#"):
        return _NOTHING
    found = _LINE.match(text)
    assert found
    indent, dash, key, value = found.group("indent", "dash", "key", "value")
    if (key is None and not (dash and value)) or not isinstance(scalars.plain(key or "k"), str):
        raise _Unsure
    column = len(indent) + len(dash or "")
    is_empty = not value or value.startswith("#")
    if is_empty and key is None:
        raise _Unsure
    made, copy = (None, None) if is_empty else _value(value)
    return _Line(len(indent), column, dash is not None, key, made, copy, is_empty)


def _value(text: str) -> tuple[Any, Callable[[Any], Any] | None]:
    if quoted := _QUOTED.match(text):
        return quoted[1] if quoted[1] is not None else quoted[2], None
    if text[0] in "[{" and "&" not in text and "*" not in text:
        if (simple := _entries(text)) is not None:
            return simple, loading.copied
        try:
            return loading.load(text + "\n")[0], loading.copied
        except loading.YamlError:
            raise _Unsure from None
    written = text.partition(" #")[0].rstrip(" ")
    if not _PLAIN.match(written) or written.endswith(":"):
        raise _Unsure
    value = scalars.plain(written)
    if isinstance(value, str | bool) or value is None:
        return value, None
    try:
        return scalars.number(value), None
    except scalars.ScalarError:
        raise _Unsure from None


def _entries(text: str) -> list[Any] | dict[str, Any] | None:
    """Return what stands between brackets or braces, None where it is more than words and quoted texts."""
    inside, at = text[1:-1], 0
    found: list[tuple[str | None, Any]] = []
    while entry := _ENTRY.match(inside, at):
        at = entry.end()
        key, double, single, word = entry.groups()
        value = scalars.plain(word) if word is not None else single if double is None else double
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = scalars.number(value)
        found.append((key, value))
        if at == len(inside):
            break
    if at != len(inside) or not found or inside.endswith(","):
        return None
    if text[0] == "[" and text[-1] == "]" and all(key is None for key, _ in found):
        return [value for _, value in found]
    if text[0] == "{" and text[-1] == "}" and all(key and isinstance(scalars.plain(key), str) for key, _ in found):
        return dict(found)  # type: ignore[arg-type]  # every key is there
    return None
