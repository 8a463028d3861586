"""YAML text to data with places."""

import pytest

from delivery import document
from delivery.document import Date, Node
from delivery.problems import Refused


def plain(node: Node):
    if isinstance(node.data, dict):
        return {key: plain(value) for key, value in node.data.items()}
    return [plain(one) for one in node.data] if isinstance(node.data, list) else node.data


def data(text: str):
    return plain(document.load(text, "f.yaml"))


def said(text: str) -> str:
    return "\n".join(map(str, document.read(text, "f.yaml")[1]))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        ("Off", False),
        ("'yes'", "yes"),
        ("y", "y"),
        ("3", 3),
        ("-3", -3),
        ("0x1F", 31),
        ("0b11", 3),
        ("012", 10),
        ("1_000", 1000),
        ("1:30", 90),
        ("+7", 7),
        ("1.5", 1.5),
        ("1e3", "1e3"),
        ("1.0e+3", 1000.0),
        (".inf", float("inf")),
        ("~", None),
        ("null", None),
        ("2024-01-01", Date("2024-01-01")),
        ("=", "="),
        ("!!str 3", "3"),
        ("!!int '3'", 3),
        ("plain text", "plain text"),
        ("ünïcödé", "ünïcödé"),
    ],
)
def test_plain_values_are_what_yaml_1_1_says(text, value):
    assert data(f"a: {text}") == {"a": value}


def test_anchors_aliases_and_merge_keys_work():
    text = "base: &base {a: 1, b: 2}\nother: &other {c: 3}\nsame: *base\nmerged:\n  <<: [*base, *other]\n  b: own\n"
    assert data(text) == {
        "base": {"a": 1, "b": 2},
        "other": {"c": 3},
        "same": {"a": 1, "b": 2},
        "merged": {"b": "own", "a": 1, "c": 3},
    }


def test_every_value_and_every_key_knows_its_line_and_column():
    node = document.load('a:\n  - b: 1\n    "é": [x,  y]\n', "f.yaml")
    assert isinstance(node.data, dict)
    items = node.data["a"].data
    assert isinstance(items, list)
    assert items[0].keys == {"b": (2, 5), "é": (3, 5)}
    assert isinstance(items[0].data, dict)
    inner = items[0].data["é"].data
    assert isinstance(inner, list)
    assert (inner[1].line, inner[1].column) == (3, 15)


def test_a_merged_value_has_the_place_where_it_is_written():
    node = document.load("x: &x {a: 1}\ny:\n  <<: *x\n", "f.yaml")
    assert node.data["y"].data["a"].line == 1  # type: ignore[index,union-attr,call-overload]


def test_a_text_below_a_bar_knows_its_first_line():
    assert document.load("a: |\n  one\n  two\n", "f.yaml").data["a"].begins == 2  # type: ignore[index,union-attr,call-overload]


def test_a_document_may_begin_and_end_with_its_marks():
    assert data("---\na: 1\n...\n") == {"a": 1}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "f.yaml: the file is empty"),
        ("# nothing\n", "f.yaml: the file is empty"),
        ("a: 1\n---\nb: 2\n", "f.yaml:3:1: there is a second YAML document"),
        ("a: 1\n---\n", "f.yaml:3:1: there is a second YAML document"),
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3:1: the key `a` is there twice, first on line 1"),
        ("a: {b: 1, b: 2}\n", "f.yaml:1:11: the key `b` is there twice, first on line 1"),
        ("yes: 1\n", 'f.yaml:1:1: the key `yes` is a boolean in YAML, and keys are text\n  fix: quote it: "yes"'),
        ("3: 1\n", 'f.yaml:1:1: the key `3` is a number, and keys are text\n  fix: quote it: "3"'),
        ("~: 1\n", "f.yaml:1:1: the key `~` is null, and keys are text"),
        ("a: {{.Params.x}}\n", "f.yaml:1:5: a list or a mapping cannot be a key\n  fix: put quotes around the value"),
        ("? [a]\n: b\n", "f.yaml:1:3: a list or a mapping cannot be a key"),
        ("a: &a [*a]\n", "f.yaml:1:4: an anchor holds an alias of itself"),
        ("a: *b\n", "f.yaml:1:4: not valid YAML: the alias has no anchor above it"),
        ("<<: 1\n", "f.yaml:1:5: only a mapping can be merged"),
        ("<<: [{a: 1}, 2]\n", "f.yaml:1:14: only a mapping can be merged"),
        ("a: !mine 1\n", "f.yaml:1:4: the tag `!mine` is not supported"),
        ("a: !!binary aGk=\n", "f.yaml:1:4: the tag `!!binary` is not supported"),
        ("a: !!set {b}\n", "f.yaml:1:4: the tag `!!set` is not supported"),
        ("a: !!omap [b: 1]\n", "f.yaml:1:4: the tag `!!omap` is not supported"),
        ("a: !!int x\n", "f.yaml:1:4: `x` is not what its tag says"),
        ("a: b: c\n", "f.yaml:1:5: not valid YAML: a second colon makes this line unreadable"),
        ("a:\n\tb: 1\n", "f.yaml:2:1: not valid YAML: a tab indents this line\n  fix: use spaces"),
        ("a: @b\n", "f.yaml:1:4: not valid YAML: `@` may not begin a value\n  fix: put quotes around the value"),
        ("a:\n  b: 1\n c: 2\n", "f.yaml:3:2: not valid YAML: the line does not fit its surroundings"),
        ("- a\nb: 1\n", "f.yaml:2:1: not valid YAML: the line does not fit the list above it"),
        ("a: [1, 2\n", "f.yaml:1:4: not valid YAML: the `[` that begins here is not closed before the end of the document"),
        ("a: 'b\nc: d\n", "f.yaml:1:4: not valid YAML: the quotes that begin here do not end\n  fix: close the quotes"),
        ('a: "b\nc: "d"\n', 'f.yaml:1:4: not valid YAML: the quotes that begin here end only before `d"`'),
        (
            'a: "b" c\n',
            "f.yaml:1:8: not valid YAML: a value is complete before `c`\n  fix: put quotes around the whole value",
        ),
        ("a: - b\n", "f.yaml:1:4: not valid YAML: a list does not begin on the line of its key"),
        ("a: {b: c}}\n", "f.yaml:1:10: not valid YAML: the `}` closes nothing"),
        ("a: b\nc\nd: e\n", "f.yaml:2:1: not valid YAML: a key has no colon here"),
        ("a\n  b: c\n", "f.yaml:1:1: not valid YAML: a key has no colon here"),
        (
            "a: b\n   c: d\n",
            "f.yaml:2:5: not valid YAML: the line goes on with the value above it, and then there is a colon",
        ),
        ('a: "\\q"\n', "f.yaml:1:5: not valid YAML: the backslash means nothing here"),
        ("a: \x07\n", "f.yaml:1:4: the character '\\x07' is not allowed in YAML"),
    ],
)
def test_what_is_refused_is_said_with_its_place(text, words):
    assert said(text).startswith(words)


@pytest.mark.parametrize(
    ("text", "place", "follows"),
    [
        ("a: {b: c\nd: e\n", "1:4: the `{`", "`d: e`"),
        ("a: {b: c,\nd:\n  - e\n", "1:4: the `{`", "`d:`"),
        ("a:\n  - b: [{c: d}\n  - e: f\n", "2:8: the `[`", "`- e: f`"),
        ("- [a\n- b: c\n", "1:3: the `[`", "`- b: c`"),
        ("a: &x [b\nc: d\n", "1:7: the `[`", "`c: d`"),
        ("a: [b, {c: d]\n", "1:8: the `{`", "`]`"),
        ("a: [b}\n", "1:4: the `[`", "`}`"),
        ("a: [\n", "1:4: the `[`", "the end of the document"),
        ("{a: b\n\n", "1:1: the `{`", "the end of the document"),
    ],
)
def test_a_bracket_that_is_not_closed_is_named_where_it_begins(text, place, follows):
    at, sign = place.split(": ")
    assert said(text).startswith(f"f.yaml:{at}: not valid YAML: {sign} that begins here is not closed before {follows}\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [{b: c} {d: e}]\n", "1:12: not valid YAML: a comma is missing before `{d: e}]`"),
        ("a: {b: c d: e}\n", "1:10: not valid YAML: a comma is missing before `d: e}`"),
        ('a: {\n  b: "c"\n  d: "e"\n}\n', '3:3: not valid YAML: a comma is missing before `d: "e"`'),
        ('{\n"b": "c"\n"d": "e"\n}\n', '3:1: not valid YAML: a comma is missing before `"d": "e"`'),
        ("- {a: b\n  c: d}\n", "2:3: not valid YAML: a comma is missing before `c: d}`"),
        ("a: {b: c: d}\n", "1:9: not valid YAML: a second colon makes this line unreadable"),
        ("a: [b, , c]\n", "1:8: not valid YAML: there is no value before the comma"),
        ("a: [\n  - b\n]\n", "2:3: not valid YAML: between brackets a `- ` begins no item"),
    ],
)
def test_what_is_wrong_between_brackets_is_not_blamed_on_them(text, words):
    assert said(text).startswith(f"f.yaml:{words}\n")


def test_all_that_is_wrong_with_a_file_that_parses_is_said_at_once():
    assert said("a: 1\na: 2\nno: 1\n").count("fix:") == 2


def test_aliases_that_unfold_without_end_are_refused_quickly():
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
    assert "aliases unfold to too many values" in said(bomb)


@pytest.mark.parametrize("text", ["[" * 200 + "]" * 200, "[" * 300_000, "- " * 300_000, '{"a":' * 300_000])
def test_nesting_without_end_is_refused_and_does_not_crash(text):
    assert "nested too deep" in said(text)


def test_load_raises_everything_that_is_wrong():
    with pytest.raises(Refused, match="the key `a` is there twice"):
        document.load("a: 1\na: 2\n", "f.yaml")
