"""What `make` refuses, in a folder that has nothing but the Makefile."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(CHECKOUT / "Makefile", tmp_path)
    (tmp_path / ".venv").mkdir()
    return tmp_path


def make(folder: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        ["make", "--no-print-directory", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


def test_clean_removes_what_was_made(folder: Path):
    assert make(folder, "clean") == (0, "")
    assert [path.name for path in folder.iterdir()] == ["Makefile"]


def test_clean_leaves_everything_while_a_demo_is_there(folder: Path):
    (folder / ".demo").mkdir()
    code, said = make(folder, "clean")
    assert code == 2
    assert said.startswith(".demo: the demo is there, and its clusters run\n  fix: make demo-down\n")
    assert (folder / ".venv").exists()


def test_lock_says_that_it_needs_uv(folder: Path, monkeypatch: pytest.MonkeyPatch):
    path = folder / "path"
    path.mkdir()
    for name in ("make", "sh"):
        (path / name).symlink_to(str(shutil.which(name)))
    monkeypatch.setenv("PATH", str(path))
    code, said = make(folder, "--assume-old=setup", "lock")
    assert code == 2
    assert said.startswith(f"PATH: there is no uv\n  fix: {folder}/.venv/bin/python -m pip install uv\n")


def test_the_environment_is_made_with_the_python_that_is_asked_for(folder: Path):
    python = folder / "another"
    python.write_text('#!/bin/sh\n[ "$1" = -c ] || echo "$0 $*" >"$(dirname "$0")/called"\n')
    python.chmod(0o755)
    assert make(folder, "python", f"PYTHON3={python}") == (0, "")
    assert (folder / "called").read_text() == f"{python} -m tools.environment\n"
