"""The functions that every Go template has: index, slice, len, not, print…, escapes and comparisons."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from delivery.gotemplate import comparison, escapes, formatting
from delivery.gotemplate.errors import Failure, known_names
from delivery.gotemplate.values import NOTHING, Byte, Value, decoded, encoded, native, type_name

Kind = Literal["any", "string", "int"]


class Function(Struct, frozen=True):
    """A function that templates can call."""

    call: Callable[..., Value]
    kinds: tuple[Kind, ...] = ()
    """What the parameters take."""
    rest: Kind | None = None
    """What any further arguments must be; None where there may be none."""
    makes_text: bool = False
    """Its results count towards the longest output."""
    prints: bool = False
    """It prints its arguments as an action does, so an argument that is nothing is an error in strict rendering."""
    is_lenient: bool = False
    """An image is taken for its reference where a string is asked for. Go's own functions do not."""


def index(item: Value, *keys: Value) -> Value:
    """Return `item[key]…`; a key that a map does not have gives nil.

    Raises:
        Failure: nil is indexed, a list's index is no integer or out of range, a map's key is no string.

    """
    if item is None or item is NOTHING:
        raise Failure("index of untyped nil", "test with {{with …}} that there is something")
    for given in keys:
        key, item = native(given), native(item)
        if item is None:
            raise Failure("index of nil pointer", "test with {{with …}} that there is something")
        if isinstance(item, dict):
            if not isinstance(key, str):
                what = (
                    "value is nil; should be"
                    if key is None or key is NOTHING
                    else f"value has type {type_name(key)}; should be"
                )
                raise Failure(f"{what} string", "a map's keys are strings")
            item = item.get(key)
        elif isinstance(item, list):
            item = item[_position(key, len(item), len(item) - 1)]
        elif isinstance(item, str):
            raw = encoded(item)
            item = Byte(raw[_position(key, len(raw), len(raw) - 1)])
        else:
            raise Failure(f"can't index item of type {type_name(item)}", "index works on maps, lists and strings")
    return item


def _position(key: Value, length: int, last: int) -> int:
    if key is None or key is NOTHING:
        raise Failure("cannot index slice/array with nil", "use an integer")
    if type(key) not in {int, Byte}:
        raise Failure(f"cannot index slice/array with type {type_name(key)}", "use an integer")
    if not 0 <= key <= last:
        raise Failure(f"index out of range: {int(key)}", f"there are {length} items, counted from 0")
    return int(key)


def part(item: Value, *bounds: Value) -> Value:
    """Return `item[from:to]`; Go calls it slice. A string's bounds count bytes.

    Raises:
        Failure: neither list nor string, or bounds that do not fit.

    """
    if item is None or item is NOTHING:
        raise Failure("slice of untyped nil", "test with {{with …}} that there is something")
    item = native(item)
    if len(bounds) > 3:
        raise Failure(f"too many slice indexes: {len(bounds)}", "slice takes a list or string, and up to three bounds")
    if isinstance(item, str):
        if len(bounds) == 3:
            raise Failure("cannot 3-index slice a string", "give two bounds")
        whole: bytes | list[Value] = encoded(item)
    elif isinstance(item, list):
        whole = item
    else:
        raise Failure(f"can't slice item of type {type_name(item)}", "slice works on lists and strings")
    ends = [_position(native(bound), len(whole), len(whole)) for bound in bounds]
    for left, right in pairwise(ends):
        if left > right:
            raise Failure(f"invalid slice index: {left} > {right}", "bounds go up")
    start, stop = [*ends, len(whole)][:2] if ends else (0, len(whole))
    cut = whole[start:stop]
    return decoded(cut) if isinstance(cut, bytes) else cut


def length(item: Value) -> int:
    """Return the number of items, or of a string's bytes.

    Raises:
        Failure: the value has no length.

    """
    item = native(item)
    if isinstance(item, str):
        return len(item) if item.isascii() else len(encoded(item))
    if isinstance(item, (dict, list)):
        return len(item)
    if item is None or item is NOTHING:
        raise Failure("len of nil pointer", "test with {{with …}} that there is something")
    raise Failure(f"len of type {type_name(item)}", "len works on maps, lists and strings")


def negated(value: Value) -> bool:
    """Return whether a value is empty: false, 0, "", an empty map or list, or nil."""
    return not value


def called(function: Value, *_arguments: Value) -> Value:
    """Refuse: `call` calls functions that are data, and this data holds none."""
    if function is None or function is NOTHING:
        raise Failure("call of nil", "data holds no functions to call")
    raise Failure(f"non-function of type {type_name(native(function))}", "data holds no functions to call")


def _text(values: tuple[Value, ...]) -> str:
    return formatting.printed(*("<no value>" if value is None or value is NOTHING else value for value in values))


def html(*values: Value) -> str:
    """Return the printed values, escaped for HTML."""
    return escapes.html(_text(values))


def script(*values: Value) -> str:
    """Return the printed values, escaped for a JavaScript string."""
    return escapes.script(_text(values))


def query(*values: Value) -> str:
    """Return the printed values, escaped for the query part of a URL."""
    return escapes.query(_text(values))


def chosen(*_: Value) -> Value:
    """Stand in for `and` and `or`, which `calls` makes itself: they do not evaluate all their arguments."""
    raise NotImplementedError


BUILTINS: dict[str, Function] = {
    "and": Function(chosen, ("any",), "any"),
    "or": Function(chosen, ("any",), "any"),
    "call": Function(called, ("any",), "any"),
    "html": Function(html, (), "any", makes_text=True, prints=True),
    "index": Function(index, ("any",), "any"),
    "slice": Function(part, ("any",), "any", makes_text=True),
    "js": Function(script, (), "any", makes_text=True, prints=True),
    "len": Function(length, ("any",)),
    "not": Function(negated, ("any",)),
    "print": Function(formatting.printed, (), "any", makes_text=True),
    "printf": Function(formatting.formatted, ("string",), "any", makes_text=True),
    "println": Function(formatting.printed_line, (), "any", makes_text=True),
    "urlquery": Function(query, (), "any", makes_text=True, prints=True),
    "eq": Function(comparison.equal, ("any",), "any"),
    "ge": Function(comparison.greater_or_equal, ("any", "any")),
    "gt": Function(comparison.greater, ("any", "any")),
    "le": Function(comparison.less_or_equal, ("any", "any")),
    "lt": Function(comparison.less, ("any", "any")),
    "ne": Function(comparison.unequal, ("any", "any")),
}


def field(receiver: Value, name: str, missing: Value, *, is_strict: bool) -> Value:
    """Return `receiver.name`.

    Args:
        receiver: a map or an image.
        name: the key or field.
        missing: what a key that the map does not have gives, unless strict.
        is_strict: a missing key is an error.

    Raises:
        Failure: there is no such key, or the receiver has no fields.

    """
    if receiver is NOTHING:
        if is_strict:
            raise Failure(f'nil data; no entry for key "{name}"', "test with {{with …}} that there is something")
        return NOTHING
    receiver = native(receiver)
    if isinstance(receiver, dict):
        if name in receiver:
            return receiver[name]
        if is_strict:
            known = [key for key in receiver if isinstance(key, str)]
            raise Failure(f'map has no entry for key "{name}"', known_names(name, known, "keys"))
        return missing
    if receiver is None:
        what = f"nil pointer evaluating interface {{}}.{name}"
        raise Failure(what, "test with {{with …}} that there is something")
    if name == "Tag" and not isinstance(receiver, (str, list, int, float, complex)):
        return receiver.tag
    fix = "an image has the field Tag" if type_name(receiver) == "template.Image" else "only maps have keys"
    raise Failure(f"can't evaluate field {name} in type {type_name(receiver)}", fix)
