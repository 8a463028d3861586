"""A value is text: it never adds a key, ends a document or loses a part of itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from delivery.manifests import render
from delivery.problems import Refused
from tests.unit.manifests.made import HEAD, instance, refusal

PLACES = {
    "plain": "{{.Constants.x}}",
    "double quotes": '"{{.Constants.x}}"',
    "single quotes": "'{{.Constants.x}}'",
    "a list in brackets": "[{{.Constants.x}}]",
    "a block of text": "|\n    {{.Constants.x}}",
    "a folded block": ">-\n    {{.Constants.x}}",
    "the middle of a text": "http://{{.Constants.x}}/p",
    "twice": '"{{.Constants.x}} {{.Constants.x}}"',
    "a list": "\n  - {{.Constants.x}}\n  - y",
}
HOSTILE = st.text(alphabet=st.sampled_from(list("ab1 :-#\"'\\{}[],&*!|>%@`?\n\t~=.")), min_size=1, max_size=12)


def data(template: str, **constants: str) -> Any:
    found = render(instance(HEAD + "data:\n" + template, constants=constants)).objects
    assert len(found) == 1
    assert set(found[0]) == {"apiVersion", "kind", "metadata", "data"}
    return found[0]["data"]


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@settings(max_examples=settings().max_examples // 4)
@given(value=HOSTILE)
@example(value="x\n  extra: key")
@example(value="x\nkind: Secret")
@example(value='x"\n  extra: "key')
@example(value='x" # ')
@example(value="x\n---\napiVersion: v1")
@example(value="*a")
@example(value="|")
@example(value="\\")
def test_no_value_adds_or_removes_a_key(place, value):
    try:
        found = data(f"  a: {place}\n  z: end\n", x=value)
    except Refused:
        return  # a value that does not fit
    assert list(found) == ["a", "z"]
    assert found["z"] == "end"
    neutral = data(f"  a: {place}\n  z: end\n", x="neutral")["a"]
    assert isinstance(found["a"], list) == isinstance(neutral, list)
    assert not isinstance(found["a"], dict)
    if isinstance(neutral, list):
        assert len(found["a"]) == len(neutral)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("plain", "it's"),
        ("plain", "https://x.example/p?q=1&r=2"),
        ("plain", "a,b"),
        ("plain", "-Xmx512m -Dkey=value"),
        ("plain", "C:\\new"),
        ("double quotes", "a: b"),
        ("double quotes", "# no comment"),
        ("double quotes", '{"a":1}'.replace('"', "'")),
        ("double quotes", "*/5 * * * *"),
        ("single quotes", '{"a": [1]}'),
        ("single quotes", "\\d+"),
    ],
)
def test_an_unusual_value_arrives_as_it_is(place, value):
    assert data(f"  a: {PLACES[place]}\n", x=value) == {"a": value}


def test_values_quoted_by_hand_for_their_place_arrive():
    assert data("  a: {{.Constants.x}}\n", x='"yes: quoted"') == {"a": "yes: quoted"}
    assert data("  a: '{{.Constants.x}}'\n", x="it''s") == {"a": "it's"}
    assert data('  a: "{{.Constants.x}}"\n', x="one\\ntwo") == {"a": "one\ntwo"}
    assert data("  a: |\n    {{.Constants.x}}\n", x="one\n    two") == {"a": "one\ntwo\n"}


def test_a_plain_value_gets_the_type_that_yaml_gives_it():
    assert data("  a: {{.Constants.x}}\n  b: '{{.Constants.x}}'\n", x="1.10") == {"a": 1.1, "b": "1.10"}
    assert data("  a: {{.Constants.x}}\n", x="yes") == {"a": True}


def test_a_line_break_is_refused_and_the_fix_named():
    assert refusal(HEAD + 'data:\n  a: "{{.Constants.note}}"\n', constants={"note": "one\ntwo"}) == (
        "shop/a.yaml:5:9: the value of constant 'note' changes what the document is made of, "
        "or does not arrive complete in it\n"
        '  fix: quote it in the template, `{{ .Constants.note | printf "%q" }}` in place of the quotes, or change the value'
    )


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("data:\n  a: {{.Constants.a}}\n", "5:8"),
        ("data:\n  a: {{$a := 1}}{{ .Constants.a }}\n", "5:20"),
        ('data:\n  a: {{index .Constants "a"}}\n', "5:15"),
        ("data:\n  a: {{.Constants[`a`]}}\n", "5:9"),
        ("data:\n  a: {{with .Constants}}{{.a}}{{end}}\n", "1"),
    ],
)
def test_the_place_is_where_the_template_uses_the_value(source, place):
    assert refusal(HEAD + source, constants={"a": "b: c"}).startswith(f"shop/a.yaml:{place}: the value of constant 'a'")


def test_only_the_values_at_fault_are_named():
    text = HEAD + "data:\n  a: {{.Params.good}}\n  b: {{.Params.bad}}\n  c: {{.Constants.worse}}\n"
    said = refusal(text, parameters={"good": "x, y", "bad": "x: y"}, constants={"worse": "[", "unused": "\n"})
    assert [line.split("'")[1] for line in said.splitlines() if "the value of" in line] == ["bad", "worse"]


def test_values_that_break_only_together_are_all_named():
    text = HEAD + "data:\n  a: {{.Params.one}}{{.Params.two}}\n"
    said = refusal(text, parameters={"one": "x:", "two": " y"})
    assert "'one'" in said
    assert "'two'" in said


def test_a_template_may_decide_by_a_value():
    text = '  a: x{{if eq .Constants.x "a: b"}}\n  only: here{{end}}\n'
    assert data(text, x="a: b") == {"a": "x", "only": "here"}
    assert data(text, x="a: c") == {"a": "x"}
    assert data('  a: x{{if eq .Constants.x "*"}}\n  all: "{{.Constants.x}}"{{end}}\n', x="*") == {"a": "x", "all": "*"}


def test_a_template_that_decides_by_a_value_may_still_not_be_broken_by_it():
    text = '  a: x{{if eq .Constants.x "a: b"}}\n  only: {{.Constants.x}}{{end}}\n'
    assert "constant 'x'" in refusal(HEAD + "data:\n" + text, constants={"x": "a: b"})


def test_a_value_may_be_quoted_by_the_template():
    assert data('  a: {{printf "%q" .Constants.x}}\n', x='say "a: b"\n') == {"a": 'say "a: b"\n'}
    assert data('  a: "{{html .Constants.x}}"\n', x="<a: 'b'>") == {"a": "&lt;a: &#39;b&#39;&gt;"}


def test_a_value_that_a_function_passes_on_is_judged_too():
    assert "parameter 'x'" in refusal(HEAD + "data:\n  a: {{slice .Params.x 0}}\n", parameters={"x": "a: b"})


def test_a_value_in_a_comment_cannot_leave_it():
    assert data("  a: b # {{.Constants.x}}\n", x="anything: 'goes'") == {"a": "b"}
    assert "constant 'x'" in refusal(HEAD + "data:\n  a: b # {{.Constants.x}}\n", constants={"x": "one\n  two: three"})


def test_a_broken_manifest_is_not_blamed_on_a_value():
    said = refusal(HEAD + "data:\n  a: [\n  b: '{{.Constants.x}}'\n", constants={"x": "a: b"})
    assert "constant" not in said
