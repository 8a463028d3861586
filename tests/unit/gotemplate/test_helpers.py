"""The helpers of Kubernetes templates do what Sprig's and Helm's do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from delivery.gotemplate import Image, TemplateError, render
from delivery.gotemplate.helpers import HELPERS

DATA = {
    "s": "hello world", "e": "", "n": 3, "l": ["a", "b"], "m": {"b": 1, "a": "x"}, "nil": None, "yes": True,
    "i": Image("reg/x:v1", "v1"), "deep": {"list": [{"k": "v", "n": 1}, "two"], "on": "yes", "empty": {}, "f": 1.0},
}  # fmt: skip


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{default `d` .e}}{{default `d` .s}}{{.n | default 5}}{{default `d` .nil}}{{default 1 0}}", "dhello world3d1"),
        ('{{index . "nope" | default "d"}}', "d"),
        ("{{quote .s}} {{quote .n .nil `a\"b`}} {{.i | quote}}", r'"hello world" "3" "a\"b" "reg/x:v1"'),
        ("{{squote .s .n}}", "'hello world' '3'"),
        ("{{indent 2 `a\nb`}}|{{nindent 2 `a`}}", "  a\n  b|\n  a"),
        ("{{trunc 5 .s}}|{{trunc -5 .s}}|{{trunc 99 .s}}|{{trunc 0 .s}}", "hello|world|hello world|"),
        ("{{trim ` a `}}|{{trimSuffix `-` `a-`}}|{{trimPrefix `-` `-a`}}|{{trimAll `-` `--a-`}}", "a|a|a|a"),
        ("{{.s | replace `o` `0` | upper}} {{lower `ABC`}} {{title .s}}", "HELL0 W0RLD abc Hello World"),
        ("{{b64enc `é`}} {{b64enc .s | b64dec}}", "w6k= hello world"),
        ("{{required `need it` .s}}", "hello world"),
        ("{{ternary `a` `b` .yes}}{{eq 1 2 | ternary `a` `b`}}", "ab"),
        ("{{contains `lo` .s}} {{hasPrefix `he` .s}} {{hasSuffix `x` .s}}", "true true false"),
        ("{{join `,` .l}} {{list 1 `a` .nil | join `-`}} {{splitList `,` `a,b` | join `+`}}", "a,b 1-a a+b"),
        ("{{(dict `a` 1 `b` .l).a}} {{dict `k`}} {{(list 1 2)}}", "1 map[k:] [1 2]"),
        ("{{get .m `a`}}|{{get .m `zz`}}|{{hasKey .m `a`}}|{{hasKey .m `zz`}}|{{keys .m}}", "x||true|false|[a b]"),
        ("{{coalesce .e .nil .n}} {{empty .e}} {{empty .n}}", "3 true false"),
        ("{{add 1 2 `3`}} {{sub 5 .n}} {{mul 2 3 4}} {{div 7 2}} {{div -7 2}}", "6 2 24 3 -3"),
        ("{{int `42`}} {{int 3.9}} {{int `x`}} {{int64 `-7`}}", "42 3 0 -7"),
        ("{{first .l}}{{last .l}} {{first (list) | default `none`}} {{last .nil | default `none`}}", "ab none none"),
        ("{{has `a` .l}} {{has `z` .l}} {{has 1 (list 1.0 true)}} {{has .nil (list .nil)}}", "true false false true"),
        ("{{add 9223372036854775807 1}}", "-9223372036854775808"),
        ("{{toString 1.5}} {{toString .i}} {{len (toString .n)}}", "1.5 reg/x:v1 1"),
        ("{{sha256sum `abc`}}", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("{{.i | trunc 3}} {{upper .i}}", "reg REG/X:V1"),
        ("{{toJson .deep}}", r'{"empty":{},"f":1,"list":[{"k":"v","n":1},"two"],"on":"yes"}'),
        ("{{toJson `<a>&`}} {{toJson .nil}} {{toJson .i}} {{toJson 1e21}} {{toJson 1e-7}} {{toJson 0.5}}",
         r'"\u003ca\u003e\u0026" null "reg/x:v1" 1e+21 1e-7 0.5'),
        ("{{toYaml .deep}}", "empty: {}\nf: 1\nlist:\n- k: v\n  n: 1\n- two\n'on': 'yes'"),
        ("{{toYaml `a`}}|{{toYaml .l}}|{{toYaml 1}}", "a|- a\n- b|1"),
        ("{{(fromYaml `a: [1, {b: 2020-01-02}]`).a}}", "[1 map[b:2020-01-02]]"),
        ('{{(fromJson `{"a": [1, 2.5, null]}`).a}}', "[1 2.5 <nil>]"),
    ],
)  # fmt: skip
def test_a_helper_gives_what_kubernetes_templates_expect(source, text):
    assert render(source, DATA) == text


def test_include_gives_a_template_as_text_to_go_on_with():
    definition = '{{define "labels"}}app: {{.n}}{{"\\n"}}tier: x{{end}}'
    source = definition + 'labels:{{include "labels" . | nindent 2}}{{. | include "labels" | len}}'
    assert render(source, DATA) == "labels:\n  app: 3\n  tier: x14"
    for wrong in (
        '{{include "nope" .}}',
        "{{include .n .}}",
        '{{include "labels"}}',
        '{{define "a"}}{{include "a" .}}{{end}}{{include "a" .}}',
    ):
        with pytest.raises(TemplateError):
            render(wrong, DATA)


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("{{required `set .s` .e}}", "set .s"),
        ("{{required `set it` .nil}}", "set it"),
        ("{{fail `this and that`}}", "this and that"),
        ("{{div 1 0}}", "integer divide by zero"),
        ("{{b64dec `*`}}", "illegal base64 data"),
        ("{{fromYaml `a: [`}}", "error converting YAML"),
        ("{{fromJson `{`}}", "error converting JSON"),
        ("{{fromYaml `1: 2`}}", "key that is not a string"),
        ("{{upper 3}}", "wrong type for value; expected string; got int"),
        ("{{indent `2` `a`}}", "wrong type for value; expected int; got string"),
        ("{{ternary 1 2 3}}", "expected bool"),
        ("{{get .l `a`}}", "expected map"),
        ("{{trunc 3}}", "wrong number of args for trunc: want 2 got 1"),
        ("{{toYaml 1i}}", "unsupported type: complex128"),
    ],
)
def test_a_helper_refuses_what_it_cannot_take(source, what):
    with pytest.raises(TemplateError) as caught:
        render(source, DATA)
    assert what in caught.value.what


def test_the_documentation_lists_them_all_and_no_other():
    text = (Path(__file__).parents[3] / "docs/templates.md").read_text("utf-8")
    table = text[text.index("| for |") : text.index("A template that has to stay")]
    assert sorted(re.findall(r"`(\w+)`", table)) == sorted(HELPERS)


def test_helpers_can_be_switched_off():
    with pytest.raises(TemplateError, match='function "quote" not defined'):
        render("{{quote .s}}", DATA, helpers=False)


@pytest.mark.parametrize(("helper", "what", "levels"), [("fromYaml", "YAML", 600), ("fromJson", "JSON", 1_500)])
def test_what_nests_without_a_bottom_is_refused(helper, what, levels):
    with pytest.raises(TemplateError, match=f"error converting {what}"):
        render(f"{{{{{helper} .deep}}}}", {"deep": "[" * levels})
