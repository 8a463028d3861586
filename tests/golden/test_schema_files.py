"""docs/schemas holds the schemas that editors read; `make golden` writes them from the shapes."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from delivery import document
from pvn import schema

ROOT = Path(__file__).parents[2]
TYPED = sorted(
    [*ROOT.glob("applications/**/*.pvn.yaml"), *ROOT.glob("releases/*.yaml"), *ROOT.glob("Pulumi.*.yaml")],
)


def kind_of(file: Path) -> str:
    if file.name.endswith(".pvn.yaml"):
        return "pvn"
    return "release" if file.parent.name == "releases" else "stack"


@pytest.mark.parametrize("kind", ["pvn", "release", "stack"])
def test_the_schemas_that_editors_read_are_those_of_the_shapes(kind, is_refreshing):
    file = ROOT / "docs/schemas" / f"{kind}.json"
    if is_refreshing:
        file.parent.mkdir(exist_ok=True)
        file.write_text(schema.text(kind))
    assert file.read_text() == schema.text(kind)


@pytest.mark.parametrize("file", TYPED, ids=lambda path: path.name)
def test_every_file_that_people_type_names_its_schema_and_is_valid(file):
    named = re.match(r"# yaml-language-server: \$schema=(.+)\n", file.read_text())
    assert named, f"{file} does not begin with the name of its schema"
    found = (file.parent / named[1]).resolve()
    assert found == ROOT / "docs/schemas" / f"{kind_of(file)}.json"
    jsonschema.Draft202012Validator(json.loads(found.read_text())).validate(yaml.load(file.read_text(), yaml.CSafeLoader))


def test_the_reader_and_pulumi_read_past_the_comment():
    for file in TYPED:
        assert document.load(file.read_text(), file.name).line == 2
