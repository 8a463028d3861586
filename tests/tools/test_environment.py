"""The Python environment of a checkout: made once, made again only when something asks for it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tools.environment import Environment
from tools.toolchain.progress import Progress
from tools.toolchain.trouble import Trouble

PROJECT = """
[build-system]
requires = ["hatchling"]
[project]
name = "made-up"
[tool.hatch]
[tool.ruff]
line-length = 100
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """A checkout, and a uv on PATH that writes down how it is called."""
    root, path = tmp_path / "checkout", tmp_path / "path"
    root.mkdir()
    path.mkdir()
    (root / "pyproject.toml").write_text(PROJECT)
    (root / "requirements-dev.txt").write_text("made-up==1\n")
    uv = path / "uv"
    uv.write_text(f'#!/bin/sh\necho "$*" >> {tmp_path}/calls\n')
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", f"{path}:/usr/bin:/bin")
    return Environment(root, Progress(io.StringIO()))


def calls(checkout: Environment) -> list[str]:
    """How uv was called since the last look."""
    file = checkout.root.parent / "calls"
    lines = file.read_text().splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return lines


def test_requirements_are_installed_by_their_hashes_and_then_the_project_itself(checkout: Environment) -> None:
    checkout.ensure()
    start = f"pip install --python {checkout.python} --compile-bytecode --no-deps"
    assert calls(checkout) == [
        f"{start} --require-hashes --requirement {checkout.root}/requirements-dev.txt",
        f"{start} --no-build-isolation --editable {checkout.root}",
    ]
    assert checkout.python.exists()


def test_a_second_time_nothing_is_done(checkout: Environment) -> None:
    checkout.ensure()
    calls(checkout)
    checkout.ensure()
    assert calls(checkout) == []


def test_other_requirements_are_installed_and_other_linter_settings_are_not(checkout: Environment) -> None:
    checkout.ensure()
    calls(checkout)
    (checkout.root / "pyproject.toml").write_text(PROJECT.replace("100", "120"))
    checkout.ensure()
    assert calls(checkout) == []
    (checkout.root / "requirements-dev.txt").write_text("made-up==2\n")
    checkout.ensure()
    assert len(calls(checkout)) == 2


def test_an_environment_that_is_there_is_kept(checkout: Environment) -> None:
    checkout.ensure()
    (checkout.folder / "mine").touch()
    (checkout.folder / "ready").unlink()
    checkout.ensure()
    assert (checkout.folder / "mine").exists()


def test_an_environment_whose_python_is_gone_is_made_anew(checkout: Environment) -> None:
    checkout.ensure()
    checkout.python.unlink()
    checkout.python.symlink_to("/nowhere/python")
    checkout.ensure()
    assert checkout.python.exists()


def test_an_install_that_fails_says_its_command_and_is_not_taken_for_done(checkout: Environment) -> None:
    checkout.ensure()
    (checkout.folder / "ready").unlink()
    (checkout.root.parent / "path" / "uv").write_text("#!/bin/sh\nexit 1\n")
    for python in ("python", "python3"):
        (checkout.folder / "bin" / python).unlink()
        (checkout.folder / "bin" / python).write_text('#!/bin/sh\n[ "$1" = -c ] && exit 0\necho no such hash; exit 7\n')
        (checkout.folder / "bin" / python).chmod(0o755)
    with pytest.raises(Trouble) as told:
        checkout.ensure()
    assert str(told.value).startswith(f"{checkout.folder}: `{checkout.python} -m pip install")
    assert "failed with exit code 7:\n  no such hash\n  fix: " in str(told.value)
    assert not (checkout.folder / "ready").exists()
