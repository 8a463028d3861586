"""The functions that Kubernetes templates use most, beside Go's own; they come from Sprig and Helm.

Go's `text/template` has none of them, and the format that this project reads does not ask for them: a template that is
to stay portable does without, and `helpers=False` refuses them. Where Sprig would go on with an error's text as the
result (`b64dec`, `fromYaml`), these stop. An image counts as its reference wherever a string is asked for.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable

from delivery.gotemplate import documents
from delivery.gotemplate.errors import Failure
from delivery.gotemplate.escapes import quoted
from delivery.gotemplate.formatting import shown
from delivery.gotemplate.functions import Function, Kind
from delivery.gotemplate.limits import LONGEST_TEXT, too_long
from delivery.gotemplate.values import NOTHING, Value, decoded, encoded, native

_WHOLE = re.compile(r"\s*[+-]?[0-9]{1,19}", re.ASCII)
_WORD_START = re.compile(r"(?:^|(?<=[^\w]))\w")


def _wrapped(number: int) -> int:
    """Return the int64 that has the number's lowest 64 bits, as Go's arithmetic does."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


def whole(value: Value) -> int:
    """Return a number, or a string of digits, as an integer; anything else is 0."""
    value = native(value)
    if isinstance(value, str):
        found = _WHOLE.fullmatch(value)
        return _wrapped(int(value)) if found else 0
    if isinstance(value, float):
        return _wrapped(int(value)) if abs(value) < 1e300 else 0
    return _wrapped(int(value)) if isinstance(value, int) else 0


def text_of(value: Value) -> str:
    """Return a value as it is printed."""
    return shown(value)


def _present(values: tuple[Value, ...]) -> list[Value]:
    return [value for value in values if value is not None and value is not NOTHING]


def default(instead: Value, *given: Value) -> Value:
    """Return the second value, or the first where that is empty."""
    return given[0] if given and given[0] else instead


def quote(*values: Value) -> str:
    """Return values in double quotes, as Go escapes them, with spaces between; nil is left out."""
    return " ".join(quoted(text_of(value)) for value in _present(values))


def single_quote(*values: Value) -> str:
    """Return values in single quotes, with spaces between; nil is left out."""
    return " ".join(f"'{text_of(value)}'" for value in _present(values))


def indent(spaces: int, text: str) -> str:
    """Return text with each line moved to the right."""
    if not 0 <= spaces <= LONGEST_TEXT or spaces * (text.count("\n") + 1) + len(text) > LONGEST_TEXT:
        raise too_long()
    margin = " " * spaces
    return margin + text.replace("\n", "\n" + margin)


def indent_on_new_line(spaces: int, text: str) -> str:
    """Return a newline, and the text with each line moved to the right."""
    return "\n" + indent(spaces, text)


def truncate(size: int, text: str) -> str:
    """Return the first bytes of a text, or the last ones where the size is negative."""
    raw = encoded(text)
    return decoded(raw[:size] if size >= 0 else raw[size:])


def replace(old: str, new: str, text: str) -> str:
    """Return text with each `old` replaced."""
    if text.count(old) * len(new) + len(text) > LONGEST_TEXT:
        raise too_long()
    return text.replace(old, new)


def decode_base64(text: str) -> str:
    """Return what a base64 text holds."""
    try:
        return decoded(base64.b64decode(encoded(text), validate=True))
    except ValueError:
        raise Failure("illegal base64 data", "give b64dec what b64enc made") from None


def fail(message: str) -> Value:
    """Stop with a message: what the template was given does not fit together."""
    raise Failure(message, "give the template other values")


def required(message: str, value: Value) -> Value:
    """Return the value; raise a Failure with the message where it is nil or an empty string."""
    if value is None or value is NOTHING or value == "":
        raise Failure(message, "give it a value")
    return value


def ternary(yes: Value, no: Value, condition: Value) -> Value:
    """Return the first value where the condition holds, else the second."""
    if not isinstance(condition, bool):
        raise Failure("wrong type for value; expected bool", "the condition is a boolean, such as (eq .x 1)")
    return yes if condition else no


def title(text: str) -> str:
    """Return text with each word's first letter in upper case."""
    return _WORD_START.sub(lambda letter: letter[0].upper(), text)


def _list(value: Value) -> list[Value]:
    value = native(value)
    if isinstance(value, list):
        return value
    return [] if value is None or value is NOTHING else [value]


def join(separator: str, values: Value) -> str:
    """Return the items of a list as one text; nil is left out."""
    texts = [text_of(value) for value in _present(tuple(_list(values)))]
    if sum(map(len, texts)) + len(separator) * len(texts) > LONGEST_TEXT:
        raise too_long()
    return separator.join(texts)


def split(separator: str, text: str) -> list[Value]:
    """Return the parts of a text; an empty separator parts it into characters."""
    return list(text.split(separator)) if separator else list(text)


def has(needle: Value, values: Value) -> bool:
    """Say whether a list holds a value, of the same type."""
    return any(type(native(one)) is type(native(needle)) and one == needle for one in _list(values))


def end_of(values: Value, at: int) -> Value:
    """Return the first (0) or the last (-1) item of a list, or nil where there is none."""
    items = _list(values)
    return items[at] if items else None


def make_list(*values: Value) -> list[Value]:
    """Return the arguments as a list."""
    return list(values)


def make_dict(*pairs: Value) -> dict[str, Value]:
    """Return a map of keys and values in turn; a last key without value gets an empty string."""
    keys = [text_of(key) for key in pairs[::2]]
    values = [*pairs[1::2], ""]
    return dict(zip(keys, values, strict=False))


def _map(value: Value) -> dict[str, Value]:
    value = native(value)
    if not isinstance(value, dict):
        raise Failure("wrong type for value; expected map[string]interface {}", "give it a map")
    return value


def get(values: Value, key: str) -> Value:
    """Return what a map has for a key, or an empty string."""
    return _map(values).get(key, "")


def has_key(values: Value, key: str) -> bool:
    """Say whether a map has a key."""
    return key in _map(values)


def keys_of(*maps: Value) -> list[Value]:
    """Return the keys of maps, sorted; Sprig gives them in no order."""
    return sorted(key for each in maps for key in _map(each) if isinstance(key, str))


def first_filled(*values: Value) -> Value:
    """Return the first value that is not empty, or nil."""
    return next((value for value in values if value), None)


def add(*values: Value) -> int:
    """Return the sum, in 64 bits."""
    return _wrapped(sum(map(whole, values)))


def subtract(left: Value, right: Value) -> int:
    """Return the difference, in 64 bits."""
    return _wrapped(whole(left) - whole(right))


def multiply(*values: Value) -> int:
    """Return the product, in 64 bits."""
    product = 1
    for value in values:
        product = _wrapped(product * whole(value))
    return product


def divide(left: Value, right: Value) -> int:
    """Return the quotient without its fraction, rounded towards zero."""
    dividend, divisor = whole(left), whole(right)
    if divisor == 0:
        raise Failure("integer divide by zero", "the second number must not be 0")
    quotient = abs(dividend) // abs(divisor)
    return _wrapped(quotient if (dividend < 0) == (divisor < 0) else -quotient)


def _case(text: str, *, upper: bool) -> str:
    # letter by letter, as Go does it: ß stays ß
    changed = [letter.upper() if upper else letter.lower() for letter in text]
    return "".join(new if len(new) == 1 else old for new, old in zip(changed, text, strict=True))


def included(name: str, value: Value) -> str:
    """Stand in for `include`, the text of a template of this source: the compiler, which knows them, makes it."""
    raise NotImplementedError


def _helper(call: Callable[..., Value], *kinds: Kind, rest: Kind | None = None) -> Function:
    return Function(call, kinds, rest, makes_text=True, is_lenient=True)


HELPERS: dict[str, Function] = {
    "add": _helper(add, rest="any"),
    "b64dec": _helper(decode_base64, "string"),
    "b64enc": _helper(lambda text: base64.b64encode(encoded(text)).decode(), "string"),
    "coalesce": _helper(first_filled, rest="any"),
    "contains": _helper(lambda part, text: part in text, "string", "string"),
    "default": _helper(default, "any", rest="any"),
    "dict": _helper(make_dict, rest="any"),
    "div": _helper(divide, "any", "any"),
    "empty": _helper(lambda value: not value, "any"),
    "fail": _helper(fail, "string"),
    "first": _helper(lambda values: end_of(values, 0), "any"),
    "fromJson": _helper(documents.from_json, "string"),
    "fromYaml": _helper(documents.from_yaml, "string"),
    "get": _helper(get, "any", "string"),
    "has": _helper(has, "any", "any"),
    "hasKey": _helper(has_key, "any", "string"),
    "hasPrefix": _helper(lambda part, text: text.startswith(part), "string", "string"),
    "hasSuffix": _helper(lambda part, text: text.endswith(part), "string", "string"),
    "include": _helper(included, "string", "any"),
    "indent": _helper(indent, "int", "string"),
    "int": _helper(whole, "any"),
    "int64": _helper(whole, "any"),
    "join": _helper(join, "string", "any"),
    "keys": _helper(keys_of, "any", rest="any"),
    "last": _helper(lambda values: end_of(values, -1), "any"),
    "list": _helper(make_list, rest="any"),
    "lower": _helper(lambda text: _case(text, upper=False), "string"),
    "mul": _helper(multiply, "any", rest="any"),
    "nindent": _helper(indent_on_new_line, "int", "string"),
    "quote": _helper(quote, rest="any"),
    "replace": _helper(replace, "string", "string", "string"),
    "required": _helper(required, "string", "any"),
    "sha256sum": _helper(lambda text: hashlib.sha256(encoded(text)).hexdigest(), "string"),
    "splitList": _helper(split, "string", "string"),
    "squote": _helper(single_quote, rest="any"),
    "sub": _helper(subtract, "any", "any"),
    "ternary": _helper(ternary, "any", "any", "any"),
    "title": _helper(title, "string"),
    "toJson": _helper(documents.to_json, "any"),
    "toString": _helper(text_of, "any"),
    "toYaml": _helper(documents.to_yaml, "any"),
    "trim": _helper(lambda text: text.strip(), "string"),
    "trimAll": _helper(lambda letters, text: text.strip(letters), "string", "string"),
    "trimPrefix": _helper(lambda part, text: text.removeprefix(part), "string", "string"),
    "trimSuffix": _helper(lambda part, text: text.removesuffix(part), "string", "string"),
    "trunc": _helper(truncate, "int", "string"),
    "upper": _helper(lambda text: _case(text, upper=True), "string"),
}
