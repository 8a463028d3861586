"""Where each tool comes from: PATH, a build, or the tool that brings it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tools.toolchain import found
from tools.toolchain.found import Found
from tools.toolchain.pins import Tool

ALWAYS_BUILD = "PVN_BUILD_TOOLS"
"""Set to 1, nothing on PATH is used: for machines whose kwokctl or pulumi cannot reach what it would download."""


@dataclass(frozen=True)
class Choice:
    """Where one tool comes from, and why."""

    tool: Tool
    source: Literal["path", "build", "brought"]
    path: str = ""
    """Of the program on PATH."""
    passed_over: str = ""
    """What is on PATH and not good enough, for a person to read."""


def look(tools: Iterable[Tool]) -> dict[str, str]:
    """Return what is on PATH by the names of the tools, good or not, without starting anything."""
    if os.environ.get(ALWAYS_BUILD) == "1":
        return {}
    there = {tool.name: found.installed(tool.name) for tool in tools}
    return {name: path for name, path in there.items() if path}


def choose(tools: Sequence[Tool], there: Mapping[str, str]) -> tuple[Choice, ...]:
    """Decide about each tool. Asks every program on PATH for its version."""
    asked = {tool.name: found.ask(tool, there[tool.name]) for tool in tools if tool.name in there}
    good = {tool.name for tool in tools if tool.name in asked and asked[tool.name].is_good_for(tool)}
    good -= _torn(tools, good, asked)
    return tuple(_choice(tool, good, asked) for tool in tools)


def _torn(tools: Sequence[Tool], good: set[str], asked: Mapping[str, Found]) -> set[str]:
    """Return the tools that belong together, but are not all there in one version."""
    torn: set[str] = set()
    for word in {tool.together for tool in tools if tool.together}:
        names = {tool.name for tool in tools if tool.together == word}
        if not names <= good or len({asked[name].version for name in names}) > 1:
            torn |= names
    return torn


def _choice(tool: Tool, good: set[str], asked: Mapping[str, Found]) -> Choice:
    if tool.brought in good:
        return Choice(tool, "brought")
    if tool.name in good:
        return Choice(tool, "path", asked[tool.name].path)
    return Choice(tool, "build", passed_over=str(asked[tool.name]) if tool.name in asked else "")
