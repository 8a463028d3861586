"""What Go makes of thousands of templates, this makes of them too."""

from __future__ import annotations

from typing import Any

import pytest

from delivery.gotemplate import TemplateError, render
from tests.unit.gotemplate.corpus import FOLDER, cases


def is_ours(case: dict[str, Any]) -> bool:
    """Say whether this is the one place where strict rendering refuses what Go prints: nothing."""
    said = case.get("out", "")
    return case["missing_key"] == "error" and ("no value" in said or "no+value" in said)


def answer(case: dict[str, Any], *, helpers: bool) -> str | None:
    try:
        return render(case["template"], case["data"], missing_key=case["missing_key"], helpers=helpers)
    except TemplateError:
        return None


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.jsonl")))
def test_the_answers_are_those_of_go(name):
    wrong = [
        (case["template"], case["missing_key"], expected, got)
        for case in cases(name)
        if (got := answer(case, helpers=False)) != (expected := None if is_ours(case) else case.get("out"))
    ]
    assert wrong == []


def test_helpers_change_nothing_but_that_their_names_are_known():
    wrong = [
        case["template"]
        for name in ("pipelines", "templates", "control", "manifests")
        for case in cases(name)
        if "error" not in case and not is_ours(case) and answer(case, helpers=True) != case["out"]
    ]
    assert wrong == []


def test_the_corpus_is_large_and_has_errors_in_it():
    lines = [line for path in FOLDER.glob("*.jsonl") for line in path.read_text("utf-8").split("\n") if line]
    assert len(lines) > 5_000
    assert len([line for line in lines if '", "error": "' in line]) > 1_000
