"""JSON Schemas (draft 2020-12) of what people type, for editors and other tools: generated from the shapes.

They accept what the reader accepts, file by file: both spellings of each field but not both at once, null where it
means unset, nothing unknown. What needs more than one value to judge is left to the reader.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any, Literal

from pydantic import TypeAdapter

from delivery.shapes.base import OneOf, Shape
from delivery.shapes.channel import ReleaseChannelConfig
from delivery.shapes.config import ProdvanaConfig
from delivery.shapes.fields import Kind, Slot, camel, plan
from delivery.shapes.refused import Refusal
from delivery.shapes.release import ReleaseFile
from delivery.shapes.stack import Stack
from delivery.stacks import PREFIX, PULUMIS

JsonSchema = dict[str, Any]

_NULL: JsonSchema = {"type": "null"}
_UNSET: list[object] = [None, False, 0, "", []]
_RULES = ("pattern", "minLength", "minimum", "maximum", "minItems")
"""What is not checked in a template before it is filled in."""


@cache
def schema(of: Literal["pvn", "release", "stack"]) -> JsonSchema:
    """Return the schema of a .pvn.yaml file, of `releases/<application>.yaml`, or of `Pulumi.<stack>.yaml`.

    Made once; whoever asks may not change it.
    """
    maker = _Maker()
    body = maker.stack() if of == "stack" else maker.ref(ProdvanaConfig if of == "pvn" else ReleaseFile)
    titles = {"pvn": "A .pvn.yaml file", "release": "releases/<application>.yaml", "stack": "Pulumi.<stack>.yaml"}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": titles[of]}
    return {**head, **body, "$defs": dict(sorted(maker.definitions.items()))}


class _Maker:
    """Collects the definitions that one schema needs."""

    def __init__(self) -> None:
        self.definitions: dict[str, JsonSchema] = {}

    def ref(self, shape: type[Shape], *, partial: bool = False) -> JsonSchema:
        """Return a reference to a shape's schema; `partial` is for what a template may leave open."""
        name = f"{shape.__name__}Template" if partial else shape.__name__
        if name not in self.definitions:
            self.definitions[name] = {}  # shapes may hold one another
            self.definitions[name] = self.block(shape, partial=partial)
        return {"$ref": f"#/$defs/{name}"}

    def block(self, shape: type[Shape], *, partial: bool, prefix: str = "") -> JsonSchema:
        known = plan(shape)
        properties: JsonSchema = {}
        rules: list[JsonSchema] = []
        for slot in (one for name, one in known.slots.items() if name == one.name):
            one = self.field(shape, slot, partial=partial)
            names = tuple(dict.fromkeys((prefix + slot.camel, prefix + slot.name)))
            properties |= dict.fromkeys(names, one)
            if len(names) > 1:
                rules.append({"not": {"required": list(names)}})
            if slot.is_required and not partial:
                rules.append(_is_there(slot))
        if not partial:
            rules += [_of_set(one) for one in known.one_of]
        body: JsonSchema = {"type": "object", "properties": properties, "additionalProperties": False}
        if shape.__doc__:
            body["description"] = inspect.cleandoc(shape.__doc__)
        return body | ({"allOf": rules} if rules else {})

    def field(self, shape: type[Shape], slot: Slot, *, partial: bool) -> JsonSchema:
        if slot.refusal is not None:
            return _refused(slot.refusal)
        value = self.value(shape, slot, partial=partial)
        if not slot.is_required and slot.never_null is None:
            value = {"anyOf": [value, _NULL]}
        said = _docstrings(shape).get(slot.name)
        return {"description": said, **value} if said else value

    def value(self, shape: type[Shape], slot: Slot, *, partial: bool) -> JsonSchema:
        if slot.choice is not None:
            kinds = [self.ref(kind) for _, kind in sorted(slot.choice.table.items())]
            return {"type": "array", "items": {"oneOf": kinds}}
        if slot.kind is Kind.TEMPLATE:
            return self.ref(ReleaseChannelConfig, partial=True)
        if slot.shape is None:
            return _leaf(shape, slot, partial=partial)
        inner = self.ref(slot.shape, partial=partial)
        if slot.kind is Kind.BLOCKS:
            # a list that has to be there has to hold something, too
            return {"type": "array", "items": inner} | ({"minItems": 1} if slot.is_required and not partial else {})
        return {"type": "object", "additionalProperties": inner} if slot.kind is Kind.BLOCK_MAP else inner

    def stack(self) -> JsonSchema:
        config = self.block(Stack, partial=False, prefix=PREFIX)
        # other namespaces belong to Pulumi and its providers
        config["patternProperties"] = {f"^(?!{PREFIX})[^:]+:": {}}
        properties: JsonSchema = {key: {} for key in PULUMIS}
        properties["config"] = {"anyOf": [config, _NULL]}
        return {"type": "object", "properties": properties, "additionalProperties": False}


def _leaf(shape: type[Shape], slot: Slot, *, partial: bool) -> JsonSchema:
    if slot.numbered is not None:
        names = slot.numbered.names
        return {"enum": [*names[1:], names[0], *range(len(names))]}
    found = TypeAdapter(shape.model_fields[slot.name].rebuild_annotation()).json_schema()
    found.pop("default", None)
    # what null means is said for the field as a whole
    kinds = [one for one in found.get("anyOf", []) if one != _NULL]
    if kinds:
        found = {**found, "anyOf": kinds} if len(kinds) > 1 else kinds[0]
    return {key: value for key, value in found.items() if not (partial and key in _RULES)}


def _refused(refusal: Refusal) -> JsonSchema:
    return {"description": f"Not supported: {refusal.why}. {refusal.fix}.", "enum": _UNSET, "deprecated": True}


def _is_there(slot: Slot | str) -> JsonSchema:
    """Return what holds where a field is there under either spelling, and not null."""
    name, other = (slot, camel(slot)) if isinstance(slot, str) else (slot.name, slot.camel)
    ways = [{"required": [one], "properties": {one: {"not": _NULL}}} for one in dict.fromkeys((other, name))]
    return {"anyOf": ways} if len(ways) > 1 else ways[0]


def _of_set(one: OneOf) -> JsonSchema:
    ways = [_is_there(name) for name in one.fields]
    return {"oneOf": ways if one.needed else [*ways, {"not": {"anyOf": ways}}]}


def _docstrings(shape: type[Shape]) -> dict[str, str]:
    """Return what is written below each field of a shape, and of the shapes it is built on."""
    found: dict[str, str] = {}
    for owner in reversed(shape.__mro__):
        if issubclass(owner, Shape) and owner is not Shape:
            found |= _of_module(owner.__module__).get(owner.__name__, {})
    return found


@cache
def _of_module(name: str) -> dict[str, dict[str, str]]:
    classes = [one for one in ast.parse(inspect.getsource(sys.modules[name])).body if isinstance(one, ast.ClassDef)]
    return {one.name: dict(_below_fields(one)) for one in classes}


def _below_fields(body: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, below in pairwise(body.body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, inspect.cleandoc(text)
