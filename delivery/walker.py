"""One walk along a shape and the YAML that is meant to fill it: from nodes to shapes, every problem with its place.

The walk settles all that concerns keys: both spellings, unknown and refused fields, nulls, what is required, what
excludes what. The validator then judges the plain values, and `wording` says it in plain words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from delivery import wording
from delivery.document import Node
from delivery.problems import Problem, Spot, nearest, suggestion
from delivery.shapes.base import OneOf, Shape
from delivery.shapes.channel import ReleaseChannelConfig
from delivery.shapes.fields import Kind, Plan, Slot, camel, plan
from delivery.shapes.refused import MISPLACED

S = TypeVar("S", bound=Shape)

_NOTHING = object()
"""Stands for a value that is unset, or so wrong that there is nothing to hand on."""


def walk(node: Node, shape: type[S], file: str) -> tuple[S | None, tuple[Problem, ...]]:
    """Return the shape that a node fills, or None, and what is wrong with the node."""
    walker = _Walker(file)
    found = walker.instance(node, shape)
    return (found if not walker.problems else None), tuple(walker.problems)


class _Walker:
    """Collects the problems of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.is_partial = False
        """Whether rules wait until a template has been filled in."""

    def say(self, place: tuple[int, int], what: str, fix: str) -> None:
        self.problems.append(Problem(Spot(self.file, *place), what, fix))

    def instance(self, node: Node, shape: type[S]) -> S | None:
        """Return the shape that a node fills, or None where the validator does not agree."""
        data = self.block(node, shape, "the file")
        if data is _NOTHING:
            return None
        try:
            return shape.model_validate(data)
        except ValidationError as wrong:
            for error in wrong.errors(include_url=False):
                self._judged(node, error)
            return None

    def block(self, node: Node, shape: type[Shape], field: str) -> Any:
        """Return what the validator needs to build a shape, with the places of its values."""
        if not isinstance(node.data, dict) or node.keys is None:
            what = f"{field} must be a mapping, not {wording.kind(node)}"
            self.say((node.line, node.column), what, _example(shape, node))
            return _NOTHING
        places: dict[str, tuple[int, int]] = {}
        data: dict[str, Any] = {"at": Spot(self.file, node.line, node.column), "places": places}
        known = plan(shape)
        seen: dict[str, str] = {}
        strange: list[str] = []
        for key, value in node.data.items():
            slot = known.slots.get(key)
            if slot is None:
                strange.append(key)
                self._unknown(key, node.keys[key], shape)
                continue
            if slot.name in seen:
                what = f"`{seen[slot.name]}` and `{key}` are two spellings of one field"
                self.say(node.keys[key], what, "keep one of the two")
                continue
            seen[slot.name] = key
            found = self._value(value, slot, key, node.keys[key], places)
            if found is not _NOTHING:
                places[slot.name] = value.line, value.column
                data[slot.name] = found
            elif value.data is not None or slot.never_null:
                strange.append(key)
        if not self.is_partial:
            self._complete(node, known, data, seen, strange)
        return data

    def _value(self, value: Node, slot: Slot, key: str, place: tuple[int, int], places: dict[str, tuple[int, int]]) -> Any:
        """Return the value of one field, or nothing where it is unset or refused."""
        if slot.refusal:
            if value.data not in (None, False, "", 0, []) or value.data is True:
                self.say(place, f"`{key}` is not supported: {slot.refusal.why}", slot.refusal.fix)
            return _NOTHING
        if value.is_spoilt:
            return _NOTHING
        if value.data is None:
            if slot.never_null:
                instead = f"`{key}: {slot.never_null}`" if slot.never_null.startswith("{") else slot.never_null
                what = f"`{key}` has no value" + ("" if slot.kind is Kind.LEAF else ", and that would be no gate at all")
                self.say(place, what, f"write {instead}")
            return _NOTHING
        if slot.kind is Kind.LEAF:
            if value.begins:
                places[f"{slot.name}.text"] = value.begins, 0
            return self._leaf(value, slot)
        if slot.kind is Kind.BLOCK:
            assert slot.shape is not None
            return self.block(value, slot.shape, f"`{key}`")
        if slot.kind is Kind.TEMPLATE:
            return self._template(value)
        return self._many(value, slot, key, places)

    def _leaf(self, value: Node, slot: Slot) -> Any:
        names = slot.numbered.names if slot.numbered else ()
        data = value.data
        if names and isinstance(data, int) and not isinstance(data, bool) and 0 <= data < len(names):
            data = names[data]
        return _NOTHING if names and data == names[0] else data

    def _template(self, node: Node) -> Any:
        before, self.is_partial = self.is_partial, True
        try:
            self.instance(node, ReleaseChannelConfig)
        finally:
            self.is_partial = before
        return {"at": Spot(self.file, node.line, node.column), "node": node}

    def _many(self, value: Node, slot: Slot, key: str, places: dict[str, tuple[int, int]]) -> Any:
        """Return a list or a map of values."""
        items: list[tuple[str | int, Node]]
        if slot.kind.is_list and isinstance(value.data, list):
            items = list(enumerate(value.data))
        elif slot.kind.is_map and isinstance(value.data, dict):
            items = list(value.data.items())
        else:
            wanted, fix = (
                ("a list", "start each item with `- `")
                if slot.kind.is_list
                else ("a mapping", "write `name: value` lines below it")
            )
            self.say((value.line, value.column), f"`{key}` must be {wanted}, not {wording.kind(value)}", fix)
            return _NOTHING
        found: dict[str | int, Any] = {}
        for name, item in items:
            places[f"{slot.name}.{name}"] = item.line, item.column
            field = f"item {name + 1} of `{key}`" if isinstance(name, int) else f"`{name}`"
            if item.data is None and not item.is_spoilt:
                self._empty_item(item, slot, field)
            is_there = item.data is not None and not item.is_spoilt
            one = self._one(item, slot, field) if is_there else _NOTHING
            # None holds the place of an item that was refused, so that the validator counts as the author does
            found[name] = None if one is _NOTHING else one
        return tuple(found.values()) if slot.kind.is_list else found

    def _empty_item(self, item: Node, slot: Slot, field: str) -> None:
        sample = _sample(slot.shape) if slot.shape else '"" for an empty text'
        self.say((item.line, item.column), f"{field} has no value", f"write {sample}, or take it out")

    def _one(self, item: Node, slot: Slot, field: str) -> Any:
        if slot.choice:
            return self._chosen(item, slot, field)
        if slot.shape:
            return self.block(item, slot.shape, field)
        return item.data

    def _chosen(self, item: Node, slot: Slot, field: str) -> Any:
        """Return a block whose kind one of its keys tells."""
        choice = slot.choice
        assert choice is not None
        if not isinstance(item.data, dict):
            self.say(
                (item.line, item.column),
                f"{field} must be a mapping, not {wording.kind(item)}",
                f"write `{choice.key}: …` and the fields of that type",
            )
            return _NOTHING
        kind = item.data.get(choice.key)
        known = ", ".join(sorted(choice.table))
        if kind is None and item.keys and (typed := nearest(choice.key, item.data)):
            self.say(item.keys[typed], f"there is no field `{typed}` here", f"did you mean {choice.key!r}?")
            return _NOTHING
        if kind is None or kind.data is None:
            self.say((item.line, item.column), f"{field} has no `{choice.key}`", f"write one of: {known}")
            return _NOTHING
        shape = choice.table.get(kind.data) if isinstance(kind.data, str) else None
        if shape is not None:
            found = self.instance(item, shape)
            return _NOTHING if found is None else found
        name, noun = (
            kind.text or wording.kind(kind),
            slot.name.removesuffix("s").removesuffix("ie") + ("y" if slot.name.endswith("ies") else ""),
        )
        near = nearest(name, choice.table)
        fix = f"did you mean {near!r}?" if near else f"types that exist: {known}"
        self.say((kind.line, kind.column), f"there is no {noun} type {name!r}", fix)
        return _NOTHING

    def _unknown(self, key: str, place: tuple[int, int], shape: type[Shape]) -> None:
        if misplaced := MISPLACED.get(shape.__name__, {}).get(key):
            self.say(place, f"there is no field `{key}` here: {misplaced.why}", misplaced.fix)
            return
        known = plan(shape)
        names = [slot.name if "_" in key else slot.camel for slot in known.names]
        near = nearest(key, names) or nearest(key, known.slots)
        fix = f"did you mean {near!r}?" if near else suggestion(key, names, "fields")
        self.say(place, f"there is no field `{key}` here", fix if names else "take it out: this block has no fields")

    def _complete(
        self, node: Node, known: Plan, data: Mapping[str, Any], seen: Mapping[str, str], strange: list[str]
    ) -> None:
        """Say which fields are missing, and which exclude one another."""
        for slot in known.required:
            if slot.name not in data and not _explained(slot, strange):
                sample = f"`{slot.camel}: {_sample(slot.shape) if slot.kind is Kind.BLOCK and slot.shape else '…'}`"
                self.say((node.line, node.column), f"`{slot.camel}` is missing", f"add {sample}")
        for one in known.one_of:
            there = [seen[name] for name in one.fields if name in data]
            if len(there) > 1:
                both = " and ".join(f"`{key}`" for key in there)
                self.say((node.keys or {})[there[1]], f"{both} exclude one another", "keep one of them")
            elif one.needed and not there and not strange:
                self._none_of(one, (node.line, node.column))

    def _none_of(self, one: OneOf, place: tuple[int, int]) -> None:
        names = [f"`{camel(name)}`" for name in one.fields]
        what = f"one of {', '.join(names)} has to be there" if len(names) > 1 else f"{names[0]} is missing"
        self.say(place, f"{what}: {one.why}" if one.why else what, one.fix if len(names) > 1 else f"add {names[0]}")

    def _judged(self, root: Node, error: Mapping[str, Any]) -> None:
        """Turn an error of the validator into a problem; what misses was said before."""
        if error["type"] == "missing" or error["input"] is None or (self.is_partial and error["type"] == "rule"):
            return
        node, field = _find(root, error["loc"])
        self.say((node.line, node.column), *wording.say(field, node, error))


def _find(root: Node, path: tuple[str | int, ...]) -> tuple[Node, str]:
    """Return the node at a path, or its key where that is meant, and the field's name as typed."""
    node, field, parent = root, "the file", root
    for part in path:
        data = node.data
        if part == "[key]":
            key = field.strip("`")
            line, column = (parent.keys or {})[key]
            return Node(key, line, column, key), "the key"
        if isinstance(data, list) and isinstance(part, int) and part < len(data):
            node, field = data[part], f"item {part + 1} of {field}"
        elif isinstance(data, dict):
            typed = next((key for key in (str(part), camel(str(part))) if key in data), None)
            if typed is None:
                break
            node, field, parent = data[typed], f"`{typed}`", node
    return node, field


def _explained(slot: Slot, strange: list[str]) -> bool:
    """Whether a missing field is one that was misspelt or refused."""
    return any(nearest(key, (slot.name, slot.camel)) or key in (slot.name, slot.camel) for key in strange)


def _sample(shape: type[Shape]) -> str:
    """Return a block in one line, such as {runtime: …}: what is required, or the first of a set."""
    known = plan(shape)
    names = [slot.camel for slot in known.required] or [camel(one.fields[0]) for one in known.one_of if one.needed]
    return f"{{{', '.join(f'{name}: …' for name in names)}}}"


def _example(shape: type[Shape], node: Node) -> str:
    """Return how to write a block in the place of a plain value."""
    fields = plan(shape).names
    if not fields:
        return "write {}"
    first = next((slot for slot in fields if slot.is_required), fields[0])
    if first.kind is Kind.LEAF and node.text:
        return f"write {{{first.camel}: {node.text}}}"
    return f"write its fields below it, indented: {', '.join(slot.camel for slot in fields)}"
