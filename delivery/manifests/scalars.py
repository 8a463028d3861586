"""What a YAML scalar becomes in JSON when kubectl reads it.

kubectl reads YAML 1.1 as go-yaml v2 understands it (sigs.k8s.io/yaml), turns it into JSON, and reads that JSON with
whole numbers kept. So `yes` and `y` are booleans, `0777` and `0o777` are 511, `1e3` is the whole number 1000, and a date
stays text.
"""

from __future__ import annotations

import base64
import math
import re
import struct
from functools import lru_cache

Scalar = str | int | float | bool | None

_TAG = "tag:yaml.org,2002:"
_NAMED: dict[str, Scalar] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_MAYBE_NOT_TEXT = frozenset("yYnNtTfFoO~+-.0123456789")
"""A plain scalar that begins with any other character is text, whatever follows."""
_WHOLE = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|([1-9][0-9]*|0))\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_DOTTED = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?\Z")
_MOST_DIGITS = 64
"""Of any whole number that fits 64 bits: ones in base 2."""
_TOO_BIG = 2**64
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\Z")
_ESCAPED = re.compile("[\udc80-\udcff]")
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"(?:[Tt][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:[.,][0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})"
    r"| [0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:[.,][0-9]+)?)?\Z"
)


class ScalarError(ValueError):
    """A scalar that kubectl refuses; its text says why."""


@lru_cache(maxsize=8192)
def plain(text: str) -> Scalar:
    """Return the value of a scalar written without quotes and without a tag.

    Floats are what YAML says; `number` makes of them what JSON can hold.
    """
    if text and text[0] not in _MAYBE_NOT_TEXT:
        return text
    if text in _NAMED:
        return _NAMED[text]
    if text[0] in "yYnNtTfFoO~":
        return text
    if text[0] == ".":
        return _float(text.replace("_", "")) if _DOTTED.match(text) else text
    digits = text.replace("_", "")
    if found := _WHOLE.match(digits):
        whole = _whole(*found.groups())
        if -(2**63) <= whole < (2**63 if digits[0] == "+" else 2**64):  # go reads unsigned numbers without a sign
            return whole
    return _float(digits, text) if _FLOAT.match(digits) else text


def tagged(tag: str, text: str) -> Scalar:
    """Return the value of a scalar that carries a tag. Raises ScalarError where the two do not fit."""
    if tag == _TAG + "binary":
        return _binary(text.replace("\n", "").replace("\r", ""))
    name = tag.removeprefix(_TAG)
    if not tag.startswith(_TAG) or name not in ("str", "bool", "int", "float", "null", "timestamp"):
        return text
    if name == "str":
        return text
    if name == "timestamp":
        if not _TIMESTAMP.match(text):
            raise ScalarError(f"`{text}` is not a timestamp")
        return text
    value = plain(text)
    if name == "float" and type(value) is int and value < 2**63:
        return float(value)
    if not isinstance(value, {"bool": bool, "int": int, "float": float, "null": type(None)}[name]) or (
        name == "int" and isinstance(value, bool)
    ):
        raise ScalarError(f"`{text}` is not what its tag !!{name} says")
    return value


def number(value: int | float) -> int | float:
    """Return a number as JSON carries it: whole where it fits 64 bits, else a float.

    Raises ScalarError for infinity and not-a-number.
    """
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ScalarError("JSON has no infinity and no not-a-number")
        if value.is_integer() and abs(value) < 2**63:
            return int(value)
        return value
    return value if -(2**63) <= value < 2**63 else float(value)


def key(value: Scalar) -> str:
    """Return a mapping's key as text. Raises ScalarError for a key that is null or too big."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _short_float(value)
    if value is None or value >= 2**63:
        raise ScalarError("a key is null" if value is None else f"the key {value} is too big")
    return str(value)


def _binary(text: str) -> str:
    if not _BASE64.match(text):
        raise ScalarError("!!binary with text that is not base64")
    # each byte that is not UTF-8 becomes one replacement character
    return _ESCAPED.sub("\N{REPLACEMENT CHARACTER}", base64.b64decode(text).decode("utf-8", "surrogateescape"))


def _whole(sign: str, hexadecimal: str | None, binary: str | None, octal: str | None, decimal: str | None) -> int:
    for digits, base in ((hexadecimal, 16), (binary, 2), (octal, 8), (decimal, 10)):
        if digits is not None:
            if len(digits.lstrip("0")) > _MOST_DIGITS:
                return _TOO_BIG
            return -int(digits, base) if sign == "-" else int(digits, base)
    raise AssertionError("the pattern has four alternatives")


def _float(digits: str, text: str | None = None) -> float | str:
    value = float(digits)
    # go's ParseFloat says "out of range" where python says inf, and go-yaml then takes the text for text
    return value if math.isfinite(value) else text or digits


def _short_float(value: float) -> str:
    """Return what go's FormatFloat(value, 'g', -1, 32) prints: the shortest text that is the same 32-bit float."""
    if math.isnan(value):
        return ".nan"
    try:
        single = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        single = math.copysign(math.inf, value)
    if math.isinf(single):
        return ".inf" if single > 0 else "-.inf"
    shortest = next(text for n in range(1, 18) if _single(text := f"{single:.{n}g}") == single)
    power = int(f"{float(shortest):e}".partition("e")[2])
    significant = len(shortest.partition("e")[0].replace(".", "").lstrip("-0").rstrip("0")) or 1
    if -4 <= power < 6:
        return f"{float(shortest):.{max(significant - 1 - power, 0)}f}"
    digits = f"{float(shortest):.{significant - 1}e}".partition("e")[0]
    return f"{digits}e{'-' if power < 0 else '+'}{abs(power):02d}"


def _single(text: str) -> float:
    return float(struct.unpack("f", struct.pack("f", float(text)))[0])
