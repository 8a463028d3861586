"""The jobs of .github/workflows, an action, and GitLab's pipeline, played: each step in its order, as its text stands there.

What an action does before (a checkout, a sign-in) the test has done. Expressions are looked up in a mapping that the test
gives; one that is not in it fails the test.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.console import Terminal

FOLDER = Path(__file__).resolve().parents[1] / ".github"
_EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")


@cache
def read(name: str) -> dict[str, Any]:
    """Return a workflow. YAML takes its key `on` for a boolean."""
    found = yaml.load((FOLDER / "workflows" / name).read_text(), yaml.CSafeLoader)
    return {"on" if key is True else key: value for key, value in found.items()}


def play(terminal: Terminal, name: str, job: str, expressions: Mapping[str, str]) -> list[tuple[int, str]]:
    """Run the steps of a job and return how each ended and what it said."""
    return _play(terminal, read(name)["jobs"][job]["steps"], expressions)


def action(name: str) -> dict[str, Any]:
    """Return an action."""
    found: dict[str, Any] = yaml.safe_load((FOLDER / "actions" / name / "action.yml").read_text())
    return found


def play_action(terminal: Terminal, name: str, expressions: Mapping[str, str]) -> list[tuple[int, str]]:
    """Run the steps of an action and return how each ended and what it said. An input that is not given has its default."""
    defaults = {f"inputs.{key}": value.get("default", "") for key, value in action(name)["inputs"].items()}
    return _play(terminal, action(name)["runs"]["steps"], {**defaults, **expressions})


def _play(terminal: Terminal, steps: list[dict[str, Any]], expressions: Mapping[str, str]) -> list[tuple[int, str]]:
    # as on a runner, a step after one that failed runs only where it says `always()`
    said: list[tuple[int, str]] = []
    for step in steps:
        has_failed = any(code for code, _ in said)
        if "run" not in step or (has_failed and step.get("if") != "always()"):
            continue
        variables = {
            key: _EXPRESSION.sub(lambda found: expressions[found[1]], str(value))
            for key, value in step.get("env", {}).items()
        }
        own = replace(terminal, more={**terminal.more, **variables})
        said.append(own.run(f"set -e\n{step['run']}"))
    return said


_PAGE = (FOLDER.parent / "docs/how-to/ci.md").read_text()
_TEXT = _PAGE.partition("# file: .gitlab-ci.yml\n")[2].partition("\n```")[0]
GITLAB: dict[str, Any] = yaml.load(_TEXT, yaml.CSafeLoader)
"""The pipeline that docs/how-to/ci.md shows."""
LINES = _PAGE.partition("needs these five lines")[2].partition("```yaml\n")[2].partition("```")[0].splitlines()
"""What docs/how-to/ci.md lets the repository of an application write."""
_SETS_UP = ("make python", "python3 -m tools.environment")


def gitlab(terminal: Terminal, job: str, **variables: str) -> str:
    """Run the lines of a job of GitLab's in one shell, as a runner does, and return what they said; all have to end well.

    What sets the runner up, the test has done.
    """
    lines = [line for line in GITLAB[job]["script"] if line not in _SETS_UP]
    assert len(lines) == len(GITLAB[job]["script"]) - 1
    return replace(terminal, more={**terminal.more, **variables}).must("\n".join(["set -e", *lines]))


def summary(terminal: Terminal) -> str:
    """Return what the jobs have said of themselves so far."""
    return Path(terminal.more["GITHUB_STEP_SUMMARY"]).read_text()


def runner(terminal: Terminal) -> Terminal:
    """Return a terminal with the variables that a runner sets."""
    temporary = terminal.home / "runner"
    temporary.mkdir(exist_ok=True)
    set_ = {"RUNNER_TEMP": temporary, "GITHUB_STEP_SUMMARY": temporary / "summary.md", "GITHUB_REPOSITORY": "acme/platform"}
    return replace(terminal, more={**terminal.more, **{key: str(value) for key, value in set_.items()}})
