"""Whatever is rendered, it is a text or a TemplateError, and the same one every time."""

from __future__ import annotations

import contextlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delivery.gotemplate import Image, Template, TemplateError
from delivery.gotemplate.functions import BUILTINS
from delivery.gotemplate.helpers import HELPERS
from delivery.gotemplate.lexer import KEYWORDS
from tests.unit.gotemplate.grammar import Grammar

QUICK = settings(
    max_examples=settings().max_examples // 4,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.builds(Image, st.text(), st.text())
ODD = st.binary() | st.complex_numbers() | st.dates() | st.sets(st.integers()) | st.tuples(st.text(), st.integers())
NAMES = st.sampled_from(["a", "b", "s", "l", "m", "n", "x", "Params", ""]) | st.text(max_size=3)
DATA = st.recursive(
    SCALARS | ODD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.integers(), inner, max_size=4),
    max_leaves=12,
)
PUNCTUATION = [*".,|()=\"'`$[0\n\x00é", "{{", "}}", "{{-", "-}}", ":=", "/*", "*/", ".a", ".b.c", "$x", "\\n"]
LITERALS = ["nil", "true", "1", "-1", "1.5", "0x", "1e9", "99999", '"a"', "`b`", '"%d"', '"%*.*f"', '"%[1]v"']
PIECES = st.sampled_from([*PUNCTUATION, *LITERALS, *sorted(KEYWORDS), *BUILTINS, *HELPERS])
SOURCES = st.lists(PIECES, max_size=25).map(" ".join) | st.lists(PIECES, max_size=20).map("".join) | st.text(max_size=40)
ACTIONS = SOURCES.map(lambda text: "{{" + text.replace("{{", "").replace("}}", "") + "}}")
SOUND = st.integers(0, 1 << 32).map(lambda seed: Grammar(seed).template())


def answer(source, data, missing_key):
    try:
        text = Template(source).render(data, missing_key=missing_key)
    except TemplateError as wrong:
        error = wrong
    else:
        assert text.encode().decode() == text
        return text
    assert 1 <= error.line <= source.count("\n") + 1
    assert error.column >= 1
    assert error.what
    return str(error)


@QUICK
@given(SOURCES | ACTIONS | SOUND, DATA, st.sampled_from(["error", "default", "zero"]))
def test_any_text_and_any_data_give_a_text_or_a_refusal(source, data, missing_key):
    assert answer(source, data, missing_key) == answer(source, data, missing_key)


@QUICK
@given(SOUND, DATA)
def test_strict_rendering_never_prints_no_value(source, data):
    with contextlib.suppress(TemplateError):
        assert "<no value>" not in Template(source).render(data)


@QUICK
@given(st.text().filter(lambda text: "{{" not in text))
def test_text_without_actions_comes_out_as_it_is(text):
    assert Template(text).render(None) == text.encode("utf-8", "replace").decode() or any(
        "\ud800" <= sign <= "\udfff" for sign in text
    )


@QUICK
@given(st.lists(st.sampled_from(sorted(HELPERS)), min_size=1, max_size=3), DATA, DATA)
def test_helpers_take_anything_or_refuse_it(names, first, second):
    calls = " | ".join(f"{name} .a" if at else f"{name} .a .b" for at, name in enumerate(names))
    answer("{{" + calls + "}}", {"a": first, "b": second}, "default")
    answer("{{.b | " + calls + "}}", {"a": first, "b": second}, "default")
