"""Each line of a text knows the line of the template that it was made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.gotemplate import TemplateError, origins, render
from tests.unit.gotemplate.corpus import FOLDER, cases
from tests.unit.gotemplate.grammar import DATA, Grammar

GIVEN = {"on": True, "off": False, "name": "web", "list": ["x", "y"], "long": "one\ntwo", "mark": "\ue0001\ue000"}


def told(source, text):
    return [*zip(text.split("\n"), origins(source, GIVEN, text), strict=True)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a: 1\nb: {{.name}}\nc: 3", [("a: 1", 1), ("b: web", 2), ("c: 3", 3)]),
        ("{{if .on}}\na: 1\n{{end}}\nb: 2", [("", 1), ("a: 1", 2), ("", 3), ("b: 2", 4)]),
        ("{{- if .on }}\na: 1\n{{- end }}\nb: 2", [("", 1), ("a: 1", 2), ("b: 2", 4)]),
        ("{{if .off -}}\na: 1\n{{end -}}\nb: 2", [("b: 2", 4)]),
        ("a:\n{{- range .list }}\n  - {{ . }}\n{{- end }}\nb: 2", [("a:", 1), ("  - x", 3), ("  - y", 3), ("b: 2", 5)]),
        ("{{range .list}}- {{.}}\n{{end}}b: 2", [("- x", 1), ("- y", 1), ("b: 2", 2)]),
        ("a: {{ .name\n  | upper\n  }}\nb: 2", [("a: WEB", 1), ("b: 2", 4)]),
        ("{{/* a\n  comment */}}\na: 1", [("", 2), ("a: 1", 3)]),
        ("{{/* a\n  comment */ -}}\na: 1", [("a: 1", 3)]),
        ("a: |\n  {{.long}}\nb: 2", [("a: |", 1), ("  one", 2), ("two", 2), ("b: 2", 3)]),
        ("{{$x := .name -}}\na: {{$x}}", [("a: web", 2)]),
        (
            '{{define "d"}}x: 1\ny: 2{{end}}a: 1\n{{template "d"}}\nb: 2',
            [("a: 1", 2), ("x: 1", 1), ("y: 2", 2), ("b: 2", 4)],
        ),
        ('{{define "d"}}x: 1{{end}}a:\n{{include "d" . | indent 2}}\nb: 2', [("a:", 1), ("  x: 1", 1), ("b: 2", 3)]),
        ("a: {{.mark}}\nb: 2", [("a: \ue0001\ue000", 1), ("b: 2", 2)]),
    ],
)
def test_a_line_is_told_where_it_is_written(source, expected):
    assert told(source, render(source, GIVEN)) == expected


@pytest.mark.parametrize("function", ["len", "trunc 3", 'eq "x: 1"', "b64enc"])
def test_what_a_function_makes_of_an_included_text_belongs_to_its_own_line(function):
    source = f'{{{{define "d"}}}}x: 1{{{{end}}}}a: 1\n\nb: {{{{include "d" . | {function}}}}}\nc: 3'
    text = render(source, GIVEN)
    assert origins(source, GIVEN, text) == [1, 2, 3, 4]


def test_nobody_can_tell_of_a_text_that_the_template_did_not_make():
    assert origins("a: {{.name}}", GIVEN, "a: other") == []


def test_every_template_that_renders_can_tell():
    for path in FOLDER.glob("*.jsonl"):
        for case in cases(path.stem):
            knows_its_lines(case["template"], case["data"])


@given(st.integers(0, 1 << 32))
def test_any_sound_template_can_tell(seed):
    knows_its_lines(Grammar(seed).template(), DATA)


def knows_its_lines(source, data):
    try:
        text = render(source, data, complaints=False)
    except TemplateError:
        return
    found = origins(source, data, text)
    assert len(found) == len(text.split("\n"))
    assert all(1 <= line <= len(source.split("\n")) for line in found)
