"""The demo's project: a repository of its own, so that every step which the story prints can be taken in it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tools.demo.place import Place


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A demo that is prepared, below a clone that ignores it, for somebody whose git signs and refuses all."""
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("demo/\n")
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    shutil.copy(str(shutil.which("false")), hooks / "pre-commit")
    (tmp_path / "gitconfig").write_text(f"[core]\n\thooksPath = {hooks}\n[commit]\n\tgpgsign = true\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    made = Place(tmp_path / "demo")
    made.prepare()
    return made


def log(place: Place) -> list[str]:
    return place.run("git", "log", "--format=%s").splitlines()


def test_the_project_begins_with_everything_committed(place: Place):
    assert log(place) == ["Begin with the shipped tree"]
    assert place.run("git", "status", "--porcelain") == ""
    assert Path(place.run("git", "rev-parse", "--show-toplevel").strip()) == place.project


def test_what_the_story_writes_is_committed_and_nothing_else_makes_a_commit(place: Place):
    (place.project / "approvals/one.yaml").write_text("")
    place.commit("Approve")
    place.commit("Approve again")
    assert log(place) == ["Approve", "Begin with the shipped tree"]


def test_a_second_preparation_changes_nothing(place: Place):
    place.prepare()
    assert log(place) == ["Begin with the shipped tree"]
    assert place.run("git", "status", "--porcelain") == ""
