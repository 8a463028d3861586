"""Numbers, characters and quoted strings as Go writes them."""

from __future__ import annotations

import re

from delivery.gotemplate.errors import Failure
from delivery.gotemplate.values import concatenated, decoded

_SIMPLE_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_INTEGER = re.compile(r"[+-]?(?:0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO]?(?:_?[0-7])+|0|[1-9](?:_?[0-9])*)", re.ASCII)
_DIGITS = "[0-9](?:_?[0-9])*"
_DECIMAL = re.compile(rf"[+-]?(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?", re.ASCII)
_HEXADECIMAL = re.compile(
    r"[+-]?0[xX](?:_?[0-9a-fA-F](?:_?[0-9a-fA-F])*(?:\.(?:[0-9a-fA-F](?:_?[0-9a-fA-F])*)?)?|\.[0-9a-fA-F](?:_?[0-9a-fA-F])*)"
    r"[pP][+-]?[0-9](?:_?[0-9])*",
    re.ASCII,
)
_PAIR = re.compile(r"([+-]?[^+-]+(?:[eEpP][+-][0-9_]+)?)([+-].*)i", re.DOTALL)
_STRING_FIX = r"escapes are \n \t \r \" \\ \xhh \ooo \uhhhh \Uhhhhhhhh and \a \b \f \v"
_NUMBER_FIX = "write an integer (3, 0x1f, 0o17, 0b11, 1_000) or a float (1.5, 2e3)"

LARGEST_INT = (1 << 63) - 1
LARGEST_UINT = (1 << 64) - 1


def _unescape(found: re.Match[str], quote: str) -> str:
    hexadecimal, octal, short, long, simple = found.groups()
    if hexadecimal is not None or octal is not None:
        byte = int(hexadecimal, 16) if hexadecimal is not None else int(octal, 8)
        if byte > 0xFF:
            raise Failure("invalid syntax", _STRING_FIX)
        return decoded(bytes([byte]))
    if short is not None or long is not None:
        code = int(short or long, 16)
        if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            raise Failure("invalid syntax", _STRING_FIX)
        return chr(code)
    if simple == quote:
        return quote
    if simple not in _SIMPLE_ESCAPES:
        raise Failure("invalid syntax", _STRING_FIX)
    return _SIMPLE_ESCAPES[simple]


def unquoted(literal: str) -> str:
    """Return the text of a string literal, `"…"` or with backquotes.

    Raises:
        Failure: an escape that Go does not know.

    """
    inner = literal[1:-1]
    if literal[0] == "`":
        return inner.replace("\r", "")
    if "\\" not in inner:
        return inner
    pieces: list[str] = []
    start = 0
    for found in _ESCAPE.finditer(inner):
        pieces += (inner[start : found.start()], _unescape(found, '"'))
        start = found.end()
    pieces.append(inner[start:])
    return concatenated(pieces)


def character(literal: str) -> int:
    r"""Return the code of a character literal, such as `'a'`, `'\n'` or `'\x41'`.

    Raises:
        Failure: the quotes hold no character, or several.

    """
    inner = literal[1:-1]
    if len(inner) == 1 and inner not in "'\\":
        return ord(inner)
    found = _ESCAPE.fullmatch(inner)
    if found is None:
        raise Failure(f"malformed character constant: {literal}", "write one character between the quotes")
    hexadecimal, octal = found.group(1), found.group(2)
    text = _unescape(found, "'")
    if hexadecimal is not None or octal is not None:
        return int(hexadecimal, 16) if hexadecimal is not None else int(octal, 8)
    return ord(text)


def _floating(text: str) -> float | None:
    """Return the number, or None where it is none, or too large."""
    if _DECIMAL.fullmatch(text):
        number = float(text.replace("_", ""))
        return number if abs(number) != float("inf") else None
    if _HEXADECIMAL.fullmatch(text):
        try:
            return float.fromhex(text.replace("_", ""))
        except OverflowError:
            return None
    return None


def _imaginary(text: str) -> complex | None:
    if (whole := _floating(text[:-1])) is not None:
        return complex(0, whole)
    if (pair := _PAIR.fullmatch(text)) is None:
        return None
    real, imaginary = _floating(pair[1]), _floating(pair[2])
    return complex(real, imaginary) if real is not None and imaginary is not None else None


def _integer(text: str) -> int:
    digits = text.replace("_", "")
    sign = -1 if digits[0] == "-" else 1
    digits = digits.lstrip("+-")
    if len(digits) > 1 and digits[0] == "0" and digits[1] in "01234567":
        return sign * int(digits, 8)
    # no 64-bit number has so many digits, and Python refuses to read very long ones
    return sign * int(digits, 0) if len(digits) < 70 else LARGEST_UINT + 1


def number(text: str) -> int | float | complex:
    """Return the number that a literal stands for; an integer above int64 may come back, up to uint64.

    Raises:
        Failure: not a number, or too large.

    """
    if text.isdecimal() and text.isascii() and len(text) < 18 and (text[0] != "0" or text == "0"):
        return int(text)
    if text[-1] == "i":
        imaginary = _imaginary(text)
        if imaginary is not None:
            return imaginary
    elif _INTEGER.fullmatch(text) and _fits(whole := _integer(text), text):
        # Go takes a hexadecimal with a sign for a float where it has an e
        return float(whole) if text[0] in "+-" and set(text) & set("eE") else whole
    floating = _floating(text)
    if floating is None:
        raise Failure(f'illegal number syntax: "{text}"', _NUMBER_FIX)
    if not set(text) & set(".eEpP"):
        raise Failure(f'integer overflow: "{text}"', _NUMBER_FIX)
    return floating


def _fits(whole: int, text: str) -> bool:
    if whole > LARGEST_INT:
        return whole <= LARGEST_UINT and text[0] != "+"
    return whole >= -LARGEST_INT - 1
