"""A template that would not end, or not fit, ends in an error."""

from __future__ import annotations

import contextlib
import time

import pytest

from delivery.gotemplate import Template, TemplateError, limits, render, verbs


def refused(source, data=None):
    with pytest.raises(TemplateError) as caught:
        render(source, data)
    return caught.value.what


def test_a_template_that_includes_itself_for_ever_is_refused():
    assert "exceeded maximum template depth" in refused('{{define "a"}}{{template "a"}}{{end}}{{template "a"}}')


def test_a_template_may_include_itself_a_hundred_times():
    source = '{{define "a"}}{{if .}}x{{template "a" (slice . 1)}}{{end}}{{end}}{{template "a" .}}'
    assert render(source, "y" * 100) == "x" * 100


@pytest.fixture
def few_steps(monkeypatch):
    monkeypatch.setattr(limits, "MOST_STEPS", 10_000)


@pytest.mark.usefixtures("few_steps")
def test_templates_that_double_at_each_level_are_refused():
    source = '{{define "a"}}{{if .}}{{template "a" (slice . 1)}}{{template "a" (slice . 1)}}{{end}}{{end}}{{template "a" .}}'
    assert "runs too long" in refused(source, "y" * 60)


@pytest.mark.parametrize(
    "source",
    [
        "{{range 1000000000}}{{end}}",
        "{{range 1000000000}}x{{.}}{{end}}",
        "{{range 100000}}{{range 100000}}{{end}}{{end}}",
        "{{range $i := 9223372036854775807}}{{$i}}{{end}}",
    ],
)
@pytest.mark.usefixtures("few_steps")
def test_a_loop_without_end_is_refused(source):
    assert "runs too long" in refused(source)


def test_a_million_steps_are_not_too_many_and_one_more_round_is():
    # 99 pieces of text and the round itself
    rounds = "{{{{range {}}}}}" + "x{{{{/**/}}}}" * 99 + "{{{{end}}}}"
    assert render(rounds.format(10_000), None) == "x" * 990_000
    assert "runs too long" in refused(rounds.format(10_001))


def test_a_break_ends_even_a_long_loop():
    assert render("{{range $i := 1000000000}}{{$i}}{{if eq $i 3}}{{break}}{{end}}{{end}}", None) == "0123"


def test_too_much_text_is_refused():
    assert "too much text" in refused('{{$x := printf "%1000000d" 1}}{{range 100}}{{$x}}{{end}}')
    assert "too much text" in refused('{{$x := printf "%1000000d" 1}}{{range 30}}{{$x = print $x $x}}{{end}}')
    assert "too much text" in refused('{{range 1000}}{{printf "%1000000d" 1}}{{end}}')
    assert "too much text" in refused('{{$x := printf "%1000000d" 1}}{{replace " " $x $x}}')
    assert "too much text" in refused("{{indent 1000000000 `a`}}")


@pytest.mark.parametrize("directive", ["%999999999d", "%.999999999f", "%*d", "%99999999999999999999d"])
def test_huge_widths_are_refused_as_go_refuses_them(directive):
    assert len(render(f'{{{{printf "{directive}" 999999999 1.5}}}}', None)) < 100


@pytest.mark.parametrize(
    "source",
    ["{{" + "(" * 2_000 + "1" + ")" * 2_000 + "}}", "{{if 1}}" * 2_000, "{{if 1}}" * 2_000 + "{{end}}" * 2_000,
     "{{else if 1}}" * 1000, '{{define "a"}}' * 1000, '{{block "a" .}}' * 2_000, "{{range .}}{{with .}}" * 2_000],
)  # fmt: skip
def test_nesting_beyond_bounds_is_refused(source):
    with pytest.raises(TemplateError):
        render(source, None)


def test_a_long_chain_of_else_ifs_is_no_nesting():
    source = "{{if eq . 0}}0" + "".join(f"{{{{else if eq . {n}}}}}{n}" for n in range(1, 1000)) + "{{end}}"
    assert render(source, 999) == "999"


def test_data_that_holds_itself_is_refused():
    data: dict[str, object] = {}
    data["x"] = [data]
    for source in ("{{.}}", "{{print .}}", '{{printf "%v" .}}', "{{toYaml .}}", "{{toJson .}}"):
        assert "deep" in refused(source, data) or "too large" in refused(source, data)


def test_data_that_doubles_at_each_level_is_refused(monkeypatch):
    monkeypatch.setattr(verbs, "LONGEST_TEXT", 1 << 18)
    doubled: list[object] = ["x"]
    for _ in range(60):
        doubled = [doubled, doubled]
    for source in ("{{.}}", "{{toYaml .}}"):
        assert "too" in refused(source, doubled)


@pytest.mark.parametrize(
    "piece",
    [
        "{{.a}} text ",
        "{{/* c */}}",
        "{{$x := 1}}{{$x}}",
        "{{if .a}}b{{end}}",
        '{{print (1) "a"}}',
        "{{ {{",
        "{{`",
        '{{"a" |print}}',
        "x",
    ],
)
def test_time_grows_with_the_size_and_no_faster(piece):
    def seconds(times):
        began = time.process_time()
        with contextlib.suppress(TemplateError):
            Template(piece * times + str(times))
        return time.process_time() - began

    seconds(1)
    short, long = min(seconds(60 + n) for n in range(3)), min(seconds(480 + n) for n in range(2))
    # eight times the text; thirty-two leaves room for a busy machine, and none for a square
    assert long < 32 * short + 0.005
