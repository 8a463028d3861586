"""Random templates, rendered by Go and by this."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from delivery.gotemplate import Template, TemplateError
from tests.programs.gotemplate.real import Real, is_here
from tests.unit.gotemplate.corpus import native
from tests.unit.gotemplate.grammar import DATA, Grammar

pytestmark = [
    pytest.mark.differential,
    pytest.mark.skipif(not is_here(), reason="there is no Go on this machine to compare with"),
]
TEMPLATES = 1_500


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    return Real(tmp_path_factory.mktemp("real"))


def damaged(template, chance):
    """Return a template with a character lost, added or doubled."""
    at = chance.randrange(len(template) + 1)
    added = chance.choice(
        ["", "{", "}", "|", "(", ")", ".", "$", '"', "`", "'", "-", " ", "\n", "0", "e", "_", "é", "/*", "\\"]
    )
    return template[:at] + added + template[at + chance.randint(0, 1) :]


@pytest.mark.parametrize("is_damaged", [False, True], ids=["sound", "damaged"])
def test_random_templates_render_as_go_renders_them(real, is_damaged):
    seed = int(time.time()) // 86_400 * 2 + is_damaged  # other templates every day; a failure names its template
    grammar, chance = Grammar(seed), random.Random(seed)
    cases: list[dict[str, Any]] = []
    for _ in range(TEMPLATES):
        template = grammar.template()
        template = damaged(template, chance) if is_damaged else template
        cases.append({"template": template, "data": DATA, "missing_key": chance.choice(["default", "zero", "error"])})
    data, wrong = native(DATA), []
    for case, said in zip(cases, real.answers(cases), strict=True):
        try:
            got = Template(case["template"], helpers=False).render(data, missing_key=case["missing_key"])
        except TemplateError as error:
            if "no value to print" in error.what and case["missing_key"] == "error":
                continue
            got = None
        expected = said.get("out")
        if got != (expected and expected.replace("main.Image", "template.Image")):
            wrong.append((case["template"], case["missing_key"], said, got))
    assert wrong == []
