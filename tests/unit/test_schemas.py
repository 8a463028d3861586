"""The published JSON Schemas accept what the reader accepts, and refuse what it refuses in a single file."""

import json

import jsonschema
import pytest
import yaml

from delivery import document, schemas
from tests.unit.test_bad_inputs import mutants, plain
from tests.unit.typed import EVERYTHING, judge

SCHEMAS = {kind: schemas.schema(kind) for kind in ("pvn", "release", "stack")}
VALIDATORS = {kind: jsonschema.Draft202012Validator(schema) for kind, schema in SCHEMAS.items()}
"""One for all files: each finds its way through the references of its schema once."""

BEYOND_A_SCHEMA = ".tz"
"""A time zone is a name in a database, in any case."""


def kind_of(name: str) -> str:
    return "pvn" if name.endswith(".pvn.yaml") else name.removesuffix(".yaml").partition("-")[0]


def why_not(name: str, data: object) -> str:
    error = next(VALIDATORS[kind_of(name)].iter_errors(data), None)
    return error.message if error else ""


@pytest.mark.parametrize("kind", ["release", "stack"])
def test_each_is_a_schema_and_plain_json(kind):
    jsonschema.Draft202012Validator.check_schema(json.loads(json.dumps(SCHEMAS[kind])))


@pytest.mark.parametrize("shape", ["ServiceConfig", "ReleaseChannelConfig", "ProtectionLifecycle", "EnvValue"])
def test_the_parts_of_the_big_one_are_schemas_too(shape):
    # all of it at once takes seconds
    jsonschema.Draft202012Validator.check_schema(json.loads(json.dumps(SCHEMAS["pvn"]["$defs"][shape])))


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_file_that_uses_everything_is_valid(name):
    assert not why_not(name, yaml.load(EVERYTHING[name], yaml.CSafeLoader))


@pytest.mark.parametrize(
    ("name", "step"), [("hours.pvn.yaml", 5), ("stack.yaml", 12), ("release.yaml", 5), ("service.pvn.yaml", 90)]
)
def test_a_spoilt_file_is_valid_exactly_where_the_reader_takes_it(name, step):
    spoilt = list(mutants(document.load(EVERYTHING[name], name)))[::step]
    different = [
        (what, "the reader takes it" if taken else "the schema takes it")
        for what, node in spoilt
        if not what.endswith(BEYOND_A_SCHEMA)
        if (taken := not judge(node, name)[1]) is bool(why_not(name, plain(node)))
    ]
    assert not different


def test_both_spellings_are_there():
    properties = SCHEMAS["pvn"]["$defs"]["ServiceConfig"]["properties"]
    assert {"per_release_channel", "perReleaseChannel"} <= set(properties)


def test_a_refused_field_says_why():
    helm = SCHEMAS["pvn"]["$defs"]["ServiceConfig"]["properties"]["helm"]
    assert helm["description"].startswith("Not supported: `helm` services cannot be deployed")


def test_what_is_written_below_a_field_helps_in_the_editor():
    deadline = SCHEMAS["pvn"]["$defs"]["ServiceConfig"]["properties"]["progressDeadline"]
    assert deadline["description"] == "Seconds until a rollout that is not done counts as failed."
