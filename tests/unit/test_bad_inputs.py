"""Good files, spoilt in every place and in every way: each is refused with place, problem and fix, or proven good.

The proof is Prodvana's own: the published descriptors decode it, and the field rules inside them hold.
"""

import re
from collections import Counter
from collections.abc import Iterator

import prodvana.proto.prodvana.config_file.config_pb2 as config_pb2
import pytest
from google.protobuf import json_format

from delivery import document, sources
from delivery.document import Node
from delivery.problems import Problem
from delivery.shapes.base import Shape
from delivery.shapes.config import ProdvanaConfig
from delivery.shapes.fields import camel
from tests.unit.typed import EVERYTHING, judge

Mutant = tuple[str, Node]
SCALARS = [Node(3, 1, 1, "3"), Node(True, 1, 1, "yes"), Node("x y", 1, 1, "x y"), Node([], 1, 1), Node({}, 1, 1, "", {})]  # noqa: FBT003

TEXTS = ["", "A b!", "a" * 64, "-1", "0s", "9", "{{.Nope}}"]


def mutants(node: Node, path: str = "") -> Iterator[Mutant]:
    """Yield a node spoilt in one place, for each place and each way."""
    if path:
        yield f"null at {path}", Node(None, node.line, node.column, "null")
        for other in SCALARS:
            if type(other.data) is not type(node.data):
                yield (
                    f"{other.text or other.data!r} at {path}",
                    Node(other.data, node.line, node.column, other.text, other.keys),
                )
    if isinstance(node.data, str):
        for text in TEXTS:
            yield f"{text[:8]!r} at {path}", Node(text, node.line, node.column, text)
    elif isinstance(node.data, list):
        yield from of_list(node, node.data, path)
    elif isinstance(node.data, dict):
        yield from of_mapping(node, node.data, path)


def of_list(node: Node, items: list[Node], path: str) -> Iterator[Mutant]:
    yield f"emptied {path}", Node([], node.line, node.column)
    yield f"null item in {path}", Node([*items, Node(None, node.line, node.column, "null")], node.line, node.column)
    yield f"empty item in {path}", Node([*items, Node({}, node.line, node.column, "", {})], node.line, node.column)
    for index, item in enumerate(items):
        for what, spoilt in mutants(item, f"{path}.{index}"):
            yield what, Node([*items[:index], spoilt, *items[index + 1 :]], node.line, node.column)


def of_mapping(node: Node, data: dict[str, Node], path: str) -> Iterator[Mutant]:
    def with_data(changed: dict[str, Node]) -> Node:
        keys = {key: (node.keys or {}).get(key, (node.line, node.column)) for key in changed}
        return Node(changed, node.line, node.column, "", keys)

    for key, value in data.items():
        others = {name: one for name, one in data.items() if name != key}
        yield f"without {path}.{key}", with_data(others)
        yield f"misspelt {path}.{key}", with_data(others | {f"{key[:-1]}q{key[-1]}": value})
        other = camel(key) if "_" in key else "".join(f"_{one.lower()}" if one.isupper() else one for one in key)
        if other != key:
            yield f"both spellings of {path}.{key}", with_data(data | {other: value})
        for what, spoilt in mutants(value, f"{path}.{key}"):
            yield what, with_data(data | {key: spoilt})


def plain(node: Node):
    if isinstance(node.data, dict):
        return {key: plain(value) for key, value in node.data.items()}
    return [plain(item) for item in node.data] if isinstance(node.data, list) else node.data


def proof(node: Node) -> str:
    """Return why the published descriptors would not take a file, or nothing where they would."""
    message = config_pb2.ProdvanaConfig()
    try:
        json_format.ParseDict(plain(node), message)
    except json_format.ParseError as wrong:
        return str(wrong)
    return "; ".join(broken_rules(message))


def broken_rules(message) -> Iterator[str]:
    """Yield the field rules (protoc-gen-validate) that a message breaks: all kinds that the format's messages use."""
    from prodvana.proto.validate import validate_pb2

    if message.DESCRIPTOR.name == "KubernetesConfig":
        return  # ours is judged after a channel's is laid over it: delivery.sources
    for one in message.DESCRIPTOR.oneofs:
        if one.GetOptions().Extensions[validate_pb2.required] and message.WhichOneof(one.name) is None:
            yield f"{one.full_name} is required"
    for field in message.DESCRIPTOR.fields:
        rules = field.GetOptions().Extensions[validate_pb2.rules]
        value = getattr(message, field.name)
        chosen = field.containing_oneof is None or message.WhichOneof(field.containing_oneof.name) == field.name
        if not chosen:
            continue
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            for key in value:
                yield from broken_text(field, key, rules.map.keys.string)
                if field.message_type.fields_by_name["value"].message_type is not None:
                    yield from broken_rules(value[key])
        elif field.label == field.LABEL_REPEATED:
            if len(value) < rules.repeated.min_items:
                yield f"{field.full_name} needs items"
            if field.message_type is not None:
                for item in value:
                    yield from broken_rules(item)
        elif field.message_type is not None:
            if (rules.message.required or rules.duration.required) and not message.HasField(field.name):
                yield f"{field.full_name} is required"
            # the rules inside a group's template wait until it is filled in
            is_block = field.message_type.full_name != "google.protobuf.Duration" and field.name != "template"
            if is_block and message.HasField(field.name):
                yield from broken_rules(value)
        elif isinstance(value, str):
            yield from broken_text(field, value, rules.string)
        elif rules.int32.HasField("gte") and value < rules.int32.gte:
            yield f"{field.full_name} is below {rules.int32.gte}"
        elif value in rules.enum.not_in:
            yield f"{field.full_name} may not be {value}"


def broken_text(field, value: str, rules) -> Iterator[str]:
    """Yield the rules for text that a text breaks."""
    if not value and rules.ignore_empty:
        return
    if len(value) < rules.min_len or (rules.HasField("max_len") and len(value) > rules.max_len):
        yield f"{field.full_name} has {len(value)} characters"
    if rules.pattern and not re.search(rules.pattern.replace("$", r"\Z"), value):
        yield f"{field.full_name} does not match {rules.pattern}: {value!r}"


def incomplete(shape: Shape | None) -> Iterator[Problem]:
    """Yield what the Kubernetes configs of a file lack, once they are merged."""
    for owner in (shape.service, shape.protection) if isinstance(shape, ProdvanaConfig) else ():
        for config in sources.configs(owner) if owner else ():
            yield from sources.incomplete(config)


def outcome(name: str, what: str, node: Node) -> str:
    shape, problems = judge(node, name)
    problems += tuple(incomplete(shape))
    if problems:
        said = [one for one in problems if not (one.at.line and one.what and one.fix)]
        return f"{what}: place or words are missing: {said}" if said else "refused"
    if shape is None:
        return f"{what}: refused without a word"
    if not name.endswith(".pvn.yaml"):
        return "accepted"
    why = proof(node)
    return f"{what}: accepted, and the format refuses it: {why}" if why else "accepted"


def some_of(name: str) -> list[Mutant]:
    """Return the mutants of a file; of a big file's every third one, which keeps the tests quick."""
    found = list(mutants(document.load(EVERYTHING[name], name)))
    return found[:: 3 if len(found) > 500 else 1]


@pytest.mark.parametrize("name", EVERYTHING)
def test_every_spoilt_file_is_refused_with_place_problem_and_fix_or_proven_good(name):
    found = Counter(outcome(name, what, node) for what, node in some_of(name))
    assert not [one for one in found if one not in ("refused", "accepted")]
    assert found["refused"] > max(20, found["accepted"])
    # some of what is spoilt is good in another way, but for one file in which nothing can be
    assert found["accepted"] >= found.total() // 25 or name == "always.pvn.yaml"


@pytest.mark.parametrize("name", EVERYTHING)
def test_the_file_is_good_before_it_is_spoilt(name):
    assert outcome(name, "nothing", document.load(EVERYTHING[name], name)) == "accepted"


@pytest.mark.parametrize("name", EVERYTHING)
def test_no_misspelt_key_no_double_spelling_and_no_null_item_gets_through(name):
    node = document.load(EVERYTHING[name], name)
    # in maps the author chooses the names: there, another name is another name
    chosen = ("defaultEnv.", ".env.", "labels.", "parameters.", "services.", "aws:", "pulumi:", "encryptionsalt")
    through = [
        what
        for what, mutant in mutants(node)
        if what.startswith(("misspelt", "both spellings", "null item"))
        and not what.endswith(
            tuple(f".{key}" for key in ("LEVEL", "TOKEN", "TARGET", "backend", "image", "replicas", "env", "owner"))
        )
        and not any(part in what for part in chosen[-3:])
        and not judge(mutant, name)[1]
    ]
    assert not through


def test_there_are_thousands_of_them():
    assert sum(len(some_of(name)) for name in EVERYTHING) > 3000


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("application: {}", "ApplicationConfig.name has 0 characters"),
        ("application: {name: A}", "does not match"),
        (f"application: {{name: {'a' * 64}}}", "has 64 characters"),
        ("application: {name: a, colour: red}", "no field named"),
        ("application: {name: a, noCleanupOnDelete: 3}", "Failed to parse noCleanupOnDelete"),
        ("application: {name: a, releaseChannels: [{name: b, policy: {defaultEnv: {1-2: {value: x}}}}]}", "does not match"),
        ("application: {name: a, releaseChannels: [{name: b, policy: {defaultEnv: {A: {}}}}]}", "value_oneof is required"),
        ("application: {name: a, releaseChannelGroups: [{name: b}]}", "runtime_selector has 0 characters"),
        ("protection: {name: a}", "is required"),
        ("service: {name: a, progressDeadline: 10m}", "Failed to parse progressDeadline"),
    ],
)
def test_the_proof_knows_a_file_that_the_format_refuses(text, rule):
    assert rule in proof(document.load(text, "a.pvn.yaml"))
