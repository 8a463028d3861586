"""The files of tests/unit/everything use every field that is not refused."""

import json

import prodvana.proto.prodvana.config_file.config_pb2 as config_pb2
import pytest
import yaml
from google.protobuf import json_format

from delivery.shapes.base import Shape
from delivery.shapes.config import ProdvanaConfig
from delivery.shapes.fields import Kind, plan
from delivery.shapes.release import ReleaseFile
from delivery.shapes.stack import Stack
from tests.unit.typed import EVERYTHING, read

CONFIGS = [name for name in EVERYTHING if name.endswith(".pvn.yaml")]


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_file_that_uses_everything_is_read(name):
    assert read(EVERYTHING[name], name) is not None


@pytest.mark.parametrize("name", CONFIGS)
def test_prodvanas_own_decoder_takes_it_too(name):
    assert json_format.ParseDict(yaml.load(EVERYTHING[name], yaml.CSafeLoader), config_pb2.ProdvanaConfig())


def test_no_field_is_left_out():
    used: dict[type[Shape], set[str]] = {}
    for name, text in EVERYTHING.items():
        note(read(text, name), used)
    roots: list[type[Shape]] = [ProdvanaConfig, ReleaseFile, Stack]
    missing = {
        (shape.__name__, slot.name)
        for shape in reachable(roots)
        for slot in plan(shape).names
        if slot.name not in used.get(shape, set())
    }
    assert not missing


def note(shape: Shape, used: dict[type[Shape], set[str]]) -> None:
    used.setdefault(type(shape), set()).update(shape.places)
    for name in type(shape).model_fields:
        value = getattr(shape, name)
        values = value if isinstance(value, tuple) else value.values() if isinstance(value, dict) else [value]
        for one in values:
            if isinstance(one, Shape):
                note(one, used)


def reachable(roots: list[type[Shape]]) -> list[type[Shape]]:
    found = list(roots)
    for shape in found:
        for slot in plan(shape).names:
            inner = list(slot.choice.table.values()) if slot.choice else [slot.shape] if slot.shape else []
            found += [one for one in inner if one not in found and slot.kind is not Kind.TEMPLATE]
    return found


@pytest.mark.parametrize("name", CONFIGS)
def test_the_other_spelling_of_every_field_means_the_same(name):
    shape = read(EVERYTHING[name], name)
    respelt = yaml.safe_dump(other_spelling(yaml.load(EVERYTHING[name], yaml.CSafeLoader), ProdvanaConfig), sort_keys=False)
    assert read(respelt, name).model_dump() == shape.model_dump()


def other_spelling(data, shape: type[Shape]):
    known = plan(shape).slots
    result = {}
    for key, value in data.items():
        slot = known[key]
        other = slot.name if key == slot.camel else slot.camel
        inner = slot.shape
        if inner is None or slot.kind is Kind.TEMPLATE:
            result[other] = value
        elif isinstance(value, list):
            result[other] = [other_spelling(one, inner) for one in value]
        elif slot.kind is Kind.BLOCK_MAP:
            result[other] = {name: other_spelling(one, inner) for name, one in value.items()}
        else:
            result[other] = other_spelling(value, inner)
    return result


def test_a_dump_has_no_places_and_no_metadata():
    text = json.dumps(read(EVERYTHING["service.pvn.yaml"]).model_dump(mode="json"))
    assert not [word for word in ("places", '"at"', "runbook", "honeycomb", "bundle", "what runs") if word in text]
