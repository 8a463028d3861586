"""Which version is good enough, and where each tool comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.toolchain import choices
from tools.toolchain.found import Found, version_in
from tools.toolchain.pins import Tool


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("v3.250.0\n", (3, 250, 0)),
        ("kwokctl version v0.8.0 go1.26.8 (linux/amd64)\n", (0, 8, 0)),
        ("Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0\n", (1, 32, 4)),
        ("etcd Version: 3.7.3\nGit SHA: Not provided\nGo Version: go1.26.8\n", (3, 7, 3)),
        ("Kubernetes v1.36.3\n", (1, 36, 3)),
        ("1.26", (1, 26)),
        ("development build\n", None),
    ],
)
def test_the_version_is_the_first_thing_that_looks_like_one(said: str, version: tuple[int, ...] | None) -> None:
    assert version_in(said) == version


def tool(name: str, *, brought: str = "", together: str = "") -> Tool:
    return Tool(name=name, module="m", package=name, least=(1, 30), version=("-v",), brought=brought, together=together)


@pytest.mark.parametrize(
    ("version", "good"),
    [((1, 30), True), ((1, 30, 0), True), ((1, 31, 5), True), ((1, 29, 9), False), ((2, 0), False), (None, False)],
)
def test_good_is_from_the_least_version_up_to_the_next_major_one(version: tuple[int, ...] | None, good: bool) -> None:
    assert Found("/x", version).is_good_for(tool("x")) is good


def there(folder: Path, **versions: str) -> dict[str, str]:
    found = {}
    for name, version in versions.items():
        file = folder / name
        file.write_text(f"#!/bin/sh\necho {version}\n")
        file.chmod(0o755)
        found[name] = str(file)
    return found


def sources(tools: list[Tool], found: dict[str, str]) -> dict[str, str]:
    return {one.tool.name: one.source for one in choices.choose(tools, found)}


CONTROL_PLANE = [tool(name, brought="maker", together="control plane") for name in ("api", "scheduler")] + [tool("maker")]


def test_tools_that_belong_together_are_used_from_path_in_one_version(tmp_path: Path) -> None:
    found = there(tmp_path, api="1.36.1", scheduler="1.36.1")
    assert sources(CONTROL_PLANE, found) == {"api": "path", "scheduler": "path", "maker": "build"}


def test_tools_that_belong_together_are_not_mixed(tmp_path: Path) -> None:
    found = there(tmp_path, api="1.36.1", scheduler="1.35.0")
    assert sources(CONTROL_PLANE, found) == {"api": "build", "scheduler": "build", "maker": "build"}


def test_half_of_what_belongs_together_is_built_as_a_whole(tmp_path: Path) -> None:
    assert sources(CONTROL_PLANE, there(tmp_path, api="1.36.1")) == {"api": "build", "scheduler": "build", "maker": "build"}


def test_what_a_tool_fetches_itself_is_left_to_it(tmp_path: Path) -> None:
    found = there(tmp_path, maker="1.30.0", api="1.36.1")
    assert sources(CONTROL_PLANE, found) == {"api": "brought", "scheduler": "brought", "maker": "path"}
