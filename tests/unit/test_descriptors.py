"""The shapes against the published protobuf descriptors: every field of the format has one of three states."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import prodvana.proto.prodvana.config_file.config_pb2 as config_pb2
import pytest

from delivery.shapes.base import Shape
from delivery.shapes.config import ProdvanaConfig
from delivery.shapes.fields import Kind, Slot, plan
from delivery.shapes.refused import REFUSED


def messages(shape: type[Shape], descriptor, found: dict[str, tuple[type[Shape], Any]]) -> None:
    """Collect every message that a person can fill, with its shape; below refused fields nothing can be filled."""
    if descriptor.full_name in found:
        return
    found[descriptor.full_name] = shape, descriptor
    for slot in plan(shape).names:
        field = descriptor.fields_by_name.get(slot.name)
        if field is None or field.message_type is None:
            continue
        if slot.kind is Kind.TEMPLATE:
            continue
        inner = field.message_type
        if inner.GetOptions().map_entry:
            inner = inner.fields_by_name["value"].message_type
        if slot.shape is not None and inner is not None:
            messages(slot.shape, inner, found)


FOUND: dict[str, tuple[type[Shape], Any]] = {}
messages(ProdvanaConfig, config_pb2.ProdvanaConfig.DESCRIPTOR, FOUND)


@pytest.mark.parametrize("name", FOUND)
def test_every_field_of_the_format_is_implemented_or_metadata_or_refused_by_name(name):
    shape, descriptor = FOUND[name]
    known = {slot.name for slot in plan(shape).slots.values()}
    assert known == {field.name for field in descriptor.fields}


def test_both_spellings_are_those_of_protobufs_json():
    for shape, descriptor in FOUND.values():
        camels = {slot.name: slot.camel for slot in plan(shape).slots.values()}
        assert camels == {field.name: field.json_name for field in descriptor.fields}


def test_no_field_is_both_implemented_and_refused():
    assert not [shape for shape, _ in FOUND.values() if set(shape.model_fields) & set(shape.refused())]


def test_lists_maps_and_blocks_are_where_the_format_has_them():
    assert not [
        (shape.__name__, slot.name, slot.kind, expected)
        for shape, slot, field in fields()
        if slot.kind is not (expected := kind_of(slot, field))
    ]


def test_plain_values_have_the_types_of_the_format():
    assert not [
        (shape.__name__, slot.name, ours, theirs)
        for shape, slot, field in fields()
        if slot.kind is Kind.LEAF
        if (ours := type_of(shape.model_fields[slot.name].annotation)) is not (theirs := expected_type(field))
    ]


def test_enums_have_the_names_and_numbers_of_the_format():
    assert not [
        (shape.__name__, slot.name)
        for shape, slot, field in fields()
        if field.enum_type is not None or slot.numbered is not None
        if slot.numbered is None or list(enumerate(slot.numbered.names)) != numbers_of(field.enum_type)
    ]


def test_sets_of_exclusive_fields_are_those_of_the_format():
    for shape, descriptor in FOUND.values():
        ours = {frozenset(one.fields) for one in shape.one_of}
        known = set(shape.model_fields)
        theirs = {frozenset(field.name for field in one.fields) & known for one in descriptor.oneofs}
        # the message lets `path` stand alone in its set; that `paths` excludes it is said in words
        assert {one for one in theirs if len(one) > 1} == {one for one in ours if len(one) > 1} - {
            frozenset({"path", "paths"})
        }


def fields() -> Iterator[tuple[type[Shape], Slot, Any]]:
    for shape, descriptor in FOUND.values():
        for slot in plan(shape).names:
            yield shape, slot, descriptor.fields_by_name[slot.name]


def kind_of(slot: Slot, field) -> Kind:
    message = field.message_type
    if message is not None and message.GetOptions().map_entry:
        return Kind.BLOCK_MAP if message.fields_by_name["value"].message_type else Kind.LEAF_MAP
    is_block = message is not None and message.full_name != "google.protobuf.Duration"
    if field.label == field.LABEL_REPEATED:
        return Kind.BLOCKS if is_block else Kind.LEAVES
    if slot.kind is Kind.TEMPLATE:
        return Kind.TEMPLATE
    return Kind.BLOCK if is_block else Kind.LEAF


def type_of(annotation: object) -> type:
    """Return the one plain type behind an annotation."""
    if isinstance(annotation, type):
        return annotation
    inner = [one for one in get_args(annotation) if one is not type(None)]
    return type_of(inner[0]) if not isinstance(inner[0], str) else str


def expected_type(field) -> type:
    if field.message_type is not None:
        return float
    return {field.TYPE_STRING: str, field.TYPE_ENUM: str, field.TYPE_BOOL: bool}.get(field.type, int)


def numbers_of(enum) -> list[tuple[int, str]]:
    return [(value.number, value.name) for value in enum.values]


def test_the_walk_reaches_every_shape_that_has_a_table_of_refused_fields():
    assert set(REFUSED) <= {shape.__name__ for shape, _ in FOUND.values()}


WITHOUT_EFFECT = {
    ("BypassSettings", "no_bypass_convergence_extensions"): "there are none to bypass: they are refused",
    ("BuiltinProtectionConfig", "always_passing"): "it is what is left where no other builtin is there",
    (
        "OnDeployment",
        "failure_behavior",
    ): "BLOCK and FAIL both keep what does not pass from being deployed: docs/protections.md",
}
"""Implemented fields that no step has to ask for, and why that is safe."""


def test_every_implemented_field_is_asked_for_by_some_step():
    fields = {(shape.__name__, slot.name) for shape in effective(ProdvanaConfig, []) for slot in plan(shape).names}
    fields = {(shape, name) for shape, name in fields if not is_metadata(shape, name)}
    unread = unread_of({name for _, name in fields})
    assert {one for one in fields if one[1] in unread} == WITHOUT_EFFECT.keys()


def unread_of(names: set[str]) -> set[str]:
    """Return those of some names that no step asks for, as an attribute or as a text."""
    checkout = Path(__file__).resolve().parents[2]
    for folder in ("delivery", "evidence", "components", "pvn"):
        for path in (checkout / folder).rglob("*.py"):
            text = path.read_text("utf-8")
            # a file that has none of the names in it need not be parsed
            if "shapes" not in path.parts and any(name in text for name in names):
                names = names - {name for node in ast.walk(ast.parse(text)) for name in asked_for(node)}
    return names


def asked_for(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Attribute):
        return [node.attr]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def effective(shape: type[Shape], found: list[type[Shape]]) -> list[type[Shape]]:
    """Return the shapes that are reached through something else than metadata."""
    if shape not in found:
        found.append(shape)
        for slot in plan(shape).names:
            if slot.shape is not None and not slot.is_metadata and slot.kind is not Kind.TEMPLATE:
                effective(slot.shape, found)
    return found


def is_metadata(shape: str, name: str) -> bool:
    return any(one.__name__ == shape and plan(one).slots[name].is_metadata for one, _ in FOUND.values())
