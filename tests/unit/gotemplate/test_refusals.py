"""A template that cannot be used is refused with place, problem and fix."""

from __future__ import annotations

import pickle

import pytest

from delivery.gotemplate import Image, Template, TemplateError, render

DATA = {"Params": {"image": Image("reg/x:v1", "v1"), "s": "hi", "n": 3, "my-p": "v"}, "Labels": {}}


def refusal(source, data=DATA, **options):
    with pytest.raises(TemplateError) as caught:
        render(source, data, **options)
    return caught.value


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("{{.Params.x}}", 'map has no entry for key "x"'),
        ("{{quoote .Params.s}}", 'function "quoote" not defined'),
        ("{{.Params.s", "unclosed action"),
        ("{{.Params.s.x}}", "can't evaluate field x in type string"),
        ("{{eq .Params.s 3}}", "incompatible types for comparison"),
        ("{{if true}}x", "unexpected EOF"),
        ("{{}}", "missing value for command"),
        ("{{end}}", "unexpected {{end}}"),
        ("{{else}}", "unexpected {{else}}"),
        ("{{.Params.my-p}}", "bad character U+002D '-'"),
        ("{{$x}}", 'undefined variable "$x"'),
        ("{{/* a", "unclosed comment"),
        ("{{/* a */ b}}", "comment ends before closing delimiter"),
        ('{{"a}}', "unterminated quoted string"),
        ("{{`a}}", "unterminated raw quoted string"),
        ("{{'a}}", "unterminated character constant"),
        ("{{(1}}", "unclosed left paren"),
        ("{{1)}}", "unexpected right paren"),
        ("{{12a}}", 'bad number syntax: "12a"'),
        ("{{99999999999999999999}}", 'integer overflow: "99999999999999999999"'),
        ("{{18446744073709551615}}", "18446744073709551615 overflows int"),
        ("{{nil}}", "nil is not a command"),
        ("{{1 2}}", "can't give argument to non-function 1"),
        ("{{1 | 2}}", "non executable command in pipeline stage 2"),
        ("{{break}}", "{{break}} outside {{range}}"),
        ("{{range $a, $b, $c := .}}{{end}}", "too many declarations in range"),
        ('{{template "nope"}}', 'template "nope" not defined'),
        ('{{define "a"}}1{{end}}{{define "a"}}2{{end}}', 'multiple definition of template "a"'),
        ("{{len}}", "wrong number of args for len: want 1 got 0"),
        ("{{printf 3}}", "wrong type for value; expected string; got int"),
        ('{{index .Params "s" 9}}', "error calling index: index out of range: 9"),
        ("{{range true}}{{end}}", "range can't iterate over true"),
        ("{{index .Params nil}}", "error calling index: value is nil; should be string"),
        ("{{.Params.image.Name}}", "can't evaluate field Name in type template.Image"),
        ('{{eq .Params.image "reg/x:v1"}}', "incompatible types for comparison"),
    ],
)
def test_the_problem_is_told_in_the_words_of_go(source, what):
    error = refusal(source)
    assert what in error.what
    assert error.fix


def test_an_unknown_key_comes_with_the_near_one_and_the_known_ones():
    error = refusal("a\nb {{.Params.imag}}", name="shop/web.yaml")
    assert str(error) == (
        "shop/web.yaml:2:5: map has no entry for key \"imag\"\n  fix: did you mean 'image'? known keys: image, my-p, n, s"
    )


def test_a_key_of_an_empty_map_is_told_that_there_are_none():
    assert refusal("{{.Labels.zone}}").fix == "there are no keys here"


def test_an_action_that_lacks_a_brace_is_to_be_closed():
    assert refusal('a: "{{.Params.s}"').fix == "close the action with }}"


def test_an_unknown_function_comes_with_the_near_one():
    assert refusal("{{quoote 1}}").fix.startswith("did you mean 'quote'? known functions: add, and, ")


def test_an_unknown_template_comes_with_the_defined_ones():
    assert refusal('{{define "b"}}{{end}}{{define "a"}}{{end}}{{template "c"}}').fix == "defined here: a, b"


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [
        ("{{nope}}", 1, 3),
        ("a\n  {{ nope }}", 2, 6),
        ("é世{{nope}}", 1, 5),
        ("{{if true}}\n{{.Params.s}}\n{{.nope}}{{end}}", 3, 3),
        ('{{define "x"}}\n\n {{.nope}}{{end}}{{template "x" .}}', 3, 4),
        ("{{/* \n\n */}}{{$x}}", 3, 8),
        ("{{eq 1\n  nope}}", 2, 3),
        ("{{len\n3}}", 1, 3),
        ("\n\n{{.unclosed", 3, 1),
        ("ab{{", 1, 3),
    ],
)
def test_the_place_counts_lines_and_characters_from_one(source, line, column):
    error = refusal(source)
    assert (error.line, error.column) == (line, column)


def test_an_error_survives_pickling():
    error = refusal("{{nope}}", name="x.yaml")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_mistake_in_a_branch_not_taken_is_none_unless_it_does_not_parse():
    assert render('{{if false}}{{len}}{{printf 3}}{{.Params.nope}}{{template "x"}}{{end}}ok', DATA) == "ok"


def test_a_template_is_refused_when_it_is_made_and_data_when_it_is_rendered():
    with pytest.raises(TemplateError, match="unclosed action"):
        Template("{{", name="x.yaml")
    template = Template("{{.a}}")
    assert template.render({"a": "b"}) == "b"
    with pytest.raises(TemplateError, match="no entry for key"):
        template.render({})
