"""Where the corpus has no word: what is ours rather than Go's."""

from __future__ import annotations

from collections import OrderedDict

import pytest

from delivery.gotemplate import Image, Template, TemplateError, render

IMAGE = Image("reg/x:v1", "v1")


@pytest.mark.parametrize("source", ["{{.a}}", '{{index . "b"}}', "{{html .a}}", "{{with $x := .a}}{{else}}{{$x}}{{end}}"])
def test_nothing_is_never_printed_when_missing_keys_are_errors(source):
    with pytest.raises(TemplateError, match="there is no value to print"):
        render(source, {"a": None})


@pytest.mark.parametrize("missing_key", ["default", "zero"])
def test_nothing_is_printed_as_go_prints_it_when_that_is_asked_for(missing_key):
    assert render("{{.a}} {{.b}}", {"a": None}, missing_key=missing_key) == "<no value> <no value>"


def test_a_missing_key_may_be_asked_for_with_index():
    assert render('{{if index . "b"}}yes{{else}}no{{end}} {{or (index . "b") "instead"}}', {}) == "no instead"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('{{.m["a-b"]}}', "1"),
        ('{{ .m["a-b"] }}', "1"),
        ("{{.m[`a-b`]}}", "1"),
        ('{{.m["deep"].x}}', "2"),
        ('{{.m["deep"]["x"]}}', "2"),
        ('{{$m := .m}}{{$m["a-b"]}}', "1"),
        ('{{(.m)["a-b"]}}', "1"),
        ('{{with .m}}{{print .deep["x"] .deep.x}}{{end}}', "2 2"),
        ('{{.m["a-b"] | printf "%03d"}}', "001"),
        ('{{if .m["nope"]}}yes{{else}}no{{end}}', "no"),
    ],
)
def test_brackets_mean_index(source, text):
    assert render(source, {"m": {"a-b": 1, "deep": {"x": 2}}}) == text


@pytest.mark.parametrize(
    "source", ['{{["a"]}}', '{{. ["a"]}}', '{{.m ["a"]}}', "{{.m[0]}}", "{{.m[a]}}", '{{.m["a"}}', '{{"a"["b"]}}']
)
def test_brackets_hold_a_string_and_follow_at_once(source):
    with pytest.raises(TemplateError):
        render(source, {"m": {"a": 1}})


def test_an_image_prints_as_its_reference_and_has_a_tag():
    source = '{{.i}} {{.i.Tag}} {{printf "%s|%v|%q" .i .i .i}} {{print .i}} {{len (print .i)}}'
    assert render(source, {"i": IMAGE}) == 'reg/x:v1 v1 reg/x:v1|reg/x:v1|"reg/x:v1" reg/x:v1 8'
    assert render("{{.}} {{.Tag}}", IMAGE) == "reg/x:v1 v1"
    assert str(IMAGE) == "reg/x:v1"


def test_values_are_not_rendered_again():
    assert render("{{.a}}", {"a": "{{.b}}"}) == "{{.b}}"


def test_bytes_that_are_no_characters_come_out_as_replacement_characters():
    assert render(r'{{slice "世" 0 2}}|{{"\xff"}}', None) == "\ufffd\ufffd|\ufffd"
    assert render('{{slice "世" 0 1}}{{slice "世" 1}}', None) == "世"


def test_half_a_pair_in_the_data_comes_out_as_a_replacement_character():
    assert render("{{.}}{{len .}}{{print .}}", "\ud800") == "\ufffd3\ufffd"


def test_subclasses_of_plain_types_are_what_they_derive_from():
    class Text(str):
        __slots__ = ()

    data = OrderedDict(a=OrderedDict(b=Text("x")), c=("y", "z"))
    assert (
        render("{{.a.b}}{{len .a.b}}{{range .c}}{{.}}{{end}}{{index .c 1}}{{eq .a.b `x`}}{{.c}}", data) == "x1yzztrue[y z]"
    )


@pytest.mark.parametrize("value", [object(), {1, 2}, b"x", 1 << 64, lambda: 1])
def test_data_that_json_does_not_know_is_refused(value):
    for source in ("{{.x}}", "{{range .x}}{{end}}", "{{print .x}}", "{{.x.y}}", "{{len .x}}", "{{eq .x 1}}"):
        with pytest.raises(TemplateError):
            render(source, {"x": value})


def test_a_map_with_other_keys_than_strings_is_refused():
    for source in ("{{.}}", "{{range .}}{{end}}", "{{toYaml .}}"):
        with pytest.raises(TemplateError, match="key that is not a string"):
            render(source, {1: 2, "a": 3})


def test_a_template_renders_as_often_as_asked_and_remembers_nothing():
    template = Template('{{$x := 0}}{{range .}}{{$x = .}}{{end}}{{$x}}{{define "a"}}{{end}}{{block "b" .}}{{len .}}{{end}}')
    assert [template.render([1, 2]), template.render([]), template.render([1, 2])] == ["22", "00", "22"]
