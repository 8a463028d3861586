"""YAML and JSON, written and read for templates: toYaml, fromYaml, toJson, fromJson."""

from __future__ import annotations

import json
import re

import yaml

from delivery.gotemplate.errors import Failure
from delivery.gotemplate.floats import float_digits
from delivery.gotemplate.limits import DEEPEST_PRINT, MOST_VALUES
from delivery.gotemplate.values import NOTHING, Image, Value, legible, native, sorted_items

_HTML_IN_JSON = re.compile("[<>&\u2028\u2029]")


class _Copier:
    """Copies a value as plain YAML and JSON have it, and stops where it is endless: values may hold one another."""

    def __init__(self, *, shortens: bool = False) -> None:
        self.left, self.shortens = MOST_VALUES, shortens

    def copy(self, value: Value, depth: int = 0) -> Value:
        self.left -= 1
        if self.left < 0 or depth > DEEPEST_PRINT:
            raise Failure(
                "the value is too large", f"it may hold {MOST_VALUES:,} others, {DEEPEST_PRINT} within one another"
            )
        if value is None or value is NOTHING:
            return None
        value = native(value)
        if isinstance(value, dict):
            return {legible(key): self.copy(each, depth + 1) for key, each in sorted_items(value)}
        if isinstance(value, list):
            return [self.copy(each, depth + 1) for each in value]
        if isinstance(value, (str, Image)):
            return legible(str(value))
        if isinstance(value, complex):
            raise Failure("unsupported type: complex128", "YAML and JSON have no complex numbers")
        if isinstance(value, float) and self.shortens and value.is_integer() and abs(value) < 1e15:
            return int(value)
        return value if isinstance(value, (bool, float)) else int(value)


def to_yaml(value: Value) -> str:
    """Return a value as YAML, in block style, keys sorted, without the last newline; an image is its reference."""
    # Go writes the float 1.0 as 1
    plain = _Copier(shortens=True).copy(value)
    text = str(yaml.safe_dump(plain, allow_unicode=True, width=float("inf"), default_flow_style=False))
    # a document that is one plain scalar ends in a marker
    return text.removesuffix("\n...\n").removesuffix("\n")


def from_yaml(text: str) -> Value:
    """Return the value of a YAML document. Raises a Failure where it is none, or holds what JSON does not."""
    try:
        # without the timestamps: Kubernetes' YAML has none, they are strings
        loaded = yaml.load(text, _Loader)  # noqa: S506 - a safe loader, made below
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, RecursionError) as wrong:
        raise Failure(f"error converting YAML: {str(wrong).splitlines()[0]}", "give it one YAML document") from None
    return _Copier().copy(loaded)


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, without dates."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _written(value: Value, pieces: list[str]) -> None:
    if isinstance(value, dict):
        pieces.append("{")
        for at, (key, each) in enumerate(value.items()):
            pieces += ("," if at else "", _quoted(key), ":")
            _written(each, pieces)
        pieces.append("}")
    elif isinstance(value, list):
        pieces.append("[")
        for at, each in enumerate(value):
            pieces.append("," if at else "")
            _written(each, pieces)
        pieces.append("]")
    elif isinstance(value, float):
        pieces.append(_number(value))
    else:
        pieces.append(_quoted(value) if isinstance(value, str) else json.dumps(value))


def _quoted(text: str) -> str:
    return _HTML_IN_JSON.sub(lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(text, ensure_ascii=False))


def _number(value: float) -> str:
    if value != value or value in {float("inf"), float("-inf")}:
        raise Failure("unsupported value", "JSON has neither infinity nor NaN")
    if value == 0 or 1e-6 <= abs(value) < 1e21:
        return float_digits(value, "f", None).removesuffix(".0")
    return float_digits(value, "e", None).replace("e-0", "e-")


def to_json(value: Value) -> str:
    """Return a value as JSON on one line, keys sorted, safe to stand in HTML, as Go writes it."""
    pieces: list[str] = []
    _written(_Copier().copy(value), pieces)
    return "".join(pieces)


def from_json(text: str) -> Value:
    """Return the value of a JSON text. Raises a Failure where it is none."""
    try:
        return _Copier().copy(json.loads(text))
    except (ValueError, RecursionError) as wrong:
        raise Failure(f"error converting JSON: {wrong}", "give it one JSON value") from None
