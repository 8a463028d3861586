"""The values a template works on, and what Go calls them.

A template sees the JSON model, as Python holds it: dict, list, str, int, float, bool and None. To these come `Image`,
and what expressions make on their way: `Byte` (one byte of a string), complex literals and NOTHING.

Go's strings are bytes. Here a string is a `str`, and a byte that is no part of any character is a lone surrogate, as
Python's `surrogateescape` has it; `encoded` and `decoded` go back and forth.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from msgspec import Struct

from delivery.gotemplate.errors import Failure

Value = Any
"""One of the types above; checking them is this package's work, not the type checker's."""


class Image(Struct, frozen=True):
    """A container image as a template sees it: prints as its reference, and has the field `.Tag`."""

    reference: str
    """The full reference, such as `registry.example/shop/web:v1` or `…@sha256:…`."""
    tag: str
    """The tag, or the digest where the reference has no tag."""

    def __str__(self) -> str:
        return self.reference


class Byte(int):
    """One byte of a string, a `uint8`; only `index` makes it."""


class Absence(Enum):
    """The value that is not there: a key a map does not have, or nil once it went through a pipeline.

    None is Go's nil inside a map or list. The two differ in one thing: a field of NOTHING is NOTHING again (unless
    missing keys are errors), a field of None is always an error.
    """

    NOTHING = "<no value>"

    def __bool__(self) -> bool:
        return False


NOTHING: Final = Absence.NOTHING

_TYPE_NAMES = {
    str: "string",
    int: "int",
    bool: "bool",
    float: "float64",
    dict: "map[string]interface {}",
    list: "[]interface {}",
    Byte: "uint8",
    Image: "template.Image",
    complex: "complex128",
    type(None): "nil",
    Absence: "nil",
}
_UNPAIRED = re.compile("[\ud800-\udfff]")
_RAW_BYTE = re.compile("[\udc80-\udcff]")


def native(value: Value) -> Value:
    """Return a value as one of the plain types: a subclass of str becomes str, a tuple a list.

    Raises:
        Failure: a type that JSON does not have, or an integer of more than 64 bits.

    """
    kind = type(value)
    if kind is int:
        if -(1 << 63) <= value < 1 << 64:
            return value
        raise Failure("an integer in the data overflows int64", "keep integers within 64 bits, or use a string")
    if kind in _TYPE_NAMES:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, int):
        return native(int(value))
    if isinstance(value, float):
        return float(value)
    raise Failure(
        f"a template cannot use a value of type {kind.__name__}",
        "give it strings, numbers, booleans, lists, maps or images",
    )


def type_name(value: Value) -> str:
    """Return what Go calls the value's type, such as `map[string]interface {}`."""
    return _TYPE_NAMES[type(value)]


def _is_text(key: object) -> bool:
    return isinstance(key, str)


def sorted_items(mapping: dict[str, Value]) -> list[tuple[str, Value]]:
    """Return a map's entries in Go's order, by key.

    Raises:
        Failure: a key is not a string.

    """
    if not all(map(_is_text, mapping)):
        raise Failure("a map in the data has a key that is not a string", "quote the key where the data is written")
    return [(key, mapping[key]) for key in sorted(mapping)]


def encoded(text: str) -> bytes:
    """Return a string's bytes, as Go sees them."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # half of a UTF-16 pair, which JSON can spell: Go's decoder makes it U+FFFD
        repaired = _UNPAIRED.sub(lambda half: half[0] if "\udc80" <= half[0] <= "\udcff" else "\ufffd", text)
        return repaired.encode("utf-8", "surrogateescape")


def decoded(raw: bytes) -> str:
    """Return the string that has these bytes."""
    return raw.decode("utf-8", "surrogateescape")


def concatenated(pieces: list[str]) -> str:
    """Join strings; raw bytes that complete a character become that character."""
    text = "".join(pieces)
    return text if text.isascii() or not _UNPAIRED.search(text) else decoded(encoded(text))


def legible(text: str) -> str:
    """Return text that can be written as UTF-8: each byte that is no part of a character becomes U+FFFD."""
    return text if text.isascii() or not _UNPAIRED.search(text) else _RAW_BYTE.sub("\ufffd", decoded(encoded(text)))
