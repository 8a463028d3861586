"""`eq`, `ne`, `lt`, `le`, `gt` and `ge`: Go compares only what has the same basic type."""

from __future__ import annotations

from delivery.gotemplate.errors import Failure
from delivery.gotemplate.values import NOTHING, Byte, Image, Value, encoded, native, type_name

_BASIC = {bool: "bool", str: "string", int: "int", Byte: "int", float: "float", complex: "complex"}
_FIX = "compare text with text, integers with integers, floats with floats; convert one side first, such as with printf"


def _incompatible(left: Value, right: Value) -> Failure:
    return Failure(f"incompatible types for comparison: {type_name(left)} and {type_name(right)}", _FIX)


def equal(first: Value, *others: Value) -> bool:
    """Say whether the first value equals any of the others.

    Raises:
        Failure: no others, or values of types that Go does not compare.

    """
    kind = type(first)
    if kind is str and len(others) == 1 and type(others[0]) is str:
        return bool(first == others[0])
    if not others:
        raise Failure("missing argument for comparison", "eq takes two values or more")
    first = native(first)
    basic = _BASIC.get(type(first))
    for given in others:
        other = native(given)
        if basic != _BASIC.get(type(other)):
            if not _is_nil(first) and not _is_nil(other):
                raise _incompatible(first, other)
        elif first == other if basic else _same(first, other):
            return True
    return False


def _is_nil(value: Value) -> bool:
    return value is None or value is NOTHING


def _same(left: Value, right: Value) -> bool:
    """Compare what has no basic type: images with images, anything with nil; maps and lists not at all."""
    if _is_nil(left) or _is_nil(right):
        return _is_nil(left) and _is_nil(right)
    if type(left) is not type(right) or type(left) is not Image:
        raise Failure(f"non-comparable types {type_name(left)} and {type_name(right)}", _FIX)
    return bool(left == right)


def unequal(left: Value, right: Value) -> bool:
    """Say whether two values differ; raises what `equal` raises."""
    return not equal(left, right)


def less(left: Value, right: Value) -> bool:
    """Say whether the first value comes before the second: text by its bytes, numbers by size.

    Raises:
        Failure: types that have no order, or two different ones.

    """
    left, right = native(left), native(right)
    kinds = [_BASIC.get(type(value)) for value in (left, right)]
    for kind, value in zip(kinds, (left, right), strict=True):
        if kind is None:
            raise Failure(f"invalid type for comparison: {type_name(value)}", _FIX)
    if kinds[0] != kinds[1]:
        raise _incompatible(left, right)
    if kinds[0] in {"bool", "complex"}:
        raise Failure(f"invalid type for comparison: {type_name(left)}", _FIX)
    return bool(encoded(left) < encoded(right) if kinds[0] == "string" else left < right)


def less_or_equal(left: Value, right: Value) -> bool:
    """Say whether the second value does not come before the first; raises what `less` raises."""
    return less(left, right) or equal(left, right)


def greater(left: Value, right: Value) -> bool:
    """Say whether the second value comes before the first; raises what `less` raises."""
    return not less_or_equal(left, right)


def greater_or_equal(left: Value, right: Value) -> bool:
    """Say whether the first value does not come before the second; raises what `less` raises."""
    return not less(left, right)
