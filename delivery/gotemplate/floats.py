"""Floating-point numbers in Go's notations, most of all `%v`: 1e+06, 0.1, 1.5e-07."""

from __future__ import annotations

import math
from decimal import Decimal


def float_digits(value: float, verb: str, precision: int | None) -> str:
    """Return a number as Go's `strconv.FormatFloat` writes it; None asks for the fewest digits that read back."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "-Inf" if value < 0 else "Inf"
    if verb in "xX":
        return _hexadecimal(value, verb, precision)
    if verb == "b":
        return _binary(value)
    if verb == "f":
        return f"{value:.{precision}f}" if precision is not None else format(Decimal(repr(value)), "f")
    if verb in "eE":
        if precision is None:
            precision = max(len(_shortest(value)[0]) - 1, 0)
        return f"{value:.{precision}{verb}}"
    return _general(value, verb, precision)


def _shortest(value: float) -> tuple[str, int]:
    """Return the significant digits and the exponent of the first one."""
    mantissa, exponent = format(Decimal(repr(abs(value))).normalize(), "e").split("e")
    return mantissa.replace(".", ""), int(exponent)


def _general(value: float, verb: str, precision: int | None) -> str:
    """Choose between plain and exponent notation, as `%g` does."""
    sign = "-" if math.copysign(1, value) < 0 else ""
    if value == 0:
        return sign + "0"
    if precision is None:
        digits, exponent = _shortest(value)
        threshold = 6
    else:
        precision = precision or 1
        mantissa, written = f"{abs(value):.{precision - 1}e}".split("e")
        digits, exponent = mantissa.replace(".", "").rstrip("0"), int(written)
        threshold = precision
        if threshold > len(digits) >= exponent + 1:
            threshold = len(digits)
    if exponent < -4 or exponent >= threshold:
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        mark = "e" if verb == "g" else "E"
        return f"{sign}{digits[0]}{fraction}{mark}{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    whole, fraction = digits[: exponent + 1].ljust(exponent + 1, "0"), digits[exponent + 1 :]
    return f"{sign}{whole}.{fraction}" if fraction else sign + whole


def _binary(value: float) -> str:
    """Return mantissa and exponent of two, as `%b` has them."""
    mantissa, exponent = math.frexp(abs(value))
    # below 2**-1022 the mantissa has fewer bits, and the exponent stays
    shift = max(exponent - 53, -1074)
    whole = int(math.ldexp(mantissa, exponent - shift)) if value else 0
    shift = shift if value else -1074
    sign = "-" if math.copysign(1, value) < 0 else ""
    return f"{sign}{whole}p{'+' if shift >= 0 else ''}{shift}"


def _hexadecimal(value: float, verb: str, precision: int | None) -> str:
    sign = "-" if math.copysign(1, value) < 0 else ""
    mantissa, exponent = math.frexp(abs(value))
    exponent -= 1
    # 1 bit before the point and 52, as 13 hexadecimal digits, behind it
    bits = int(math.ldexp(mantissa, 53))
    if not value:
        exponent = 0
    places = 13
    if precision is not None and precision < places:
        dropped = 4 * (places - precision)
        bits, rest = bits >> dropped, bits & ((1 << dropped) - 1)
        half = 1 << (dropped - 1)
        bits += rest > half or (rest == half and bits & 1)
        places = precision
        if bits >> (4 * places) > 1:
            bits, exponent = bits >> 1, exponent + 1
    whole, fraction = bits >> (4 * places), bits & ((1 << (4 * places)) - 1)
    digits = f"{fraction:0{places}x}" if places else ""
    digits = digits.rstrip("0") if precision is None else digits.ljust(precision, "0")
    shown = f"{sign}0x{whole}{'.' if digits else ''}{digits}p{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    return shown.upper() if verb == "X" else shown


def sharpened(digits: str, verb: str, precision: int | None) -> str:
    """Return a number's digits, without sign, as the flag `#` has them: always a point, and `%g` keeps its zeros."""
    wanted = (6 if precision is None else precision) if verb in "gGx" else 0
    mark = next((mark for mark in ("pP" if verb in "xX" else "eEpP") if mark in digits), "")
    number, _, tail = digits.partition(mark) if mark else (digits, "", "")
    significant = [digit for digit in number if digit != "."]
    while significant and significant[0] == "0":
        significant.pop(0)
    wanted -= len(significant)
    if "." not in number:
        wanted -= number == "0"
        number += "."
    return number + "0" * max(wanted, 0) + mark + tail
