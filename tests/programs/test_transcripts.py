"""What the command says, word for word: each case is a folder of tests/golden/transcripts with a transcript.txt.

A case begins with a copy of `project/`, committed on the branch `main`; everything else in the case's folder is laid over it
and is not committed. To add one, write the commands into a transcript.txt, each behind `$ `, and run
`make golden`; then read what was written. A `deleted` file names what the case takes away, line by line.
"""

import shutil
from pathlib import Path

import pytest

from tests import console

FOLDER = Path(__file__).parents[1] / "golden/transcripts"
CASES = sorted(path.parent for path in FOLDER.glob("*/transcript.txt"))


@pytest.fixture(scope="module")
def committed(tmp_path_factory):
    """The project that cases begin with, in its repository: made once, copied for each."""
    home = tmp_path_factory.mktemp("committed")
    terminal = console.Terminal(home / "project", home)
    shutil.copytree(FOLDER / "project", terminal.project)
    terminal.commit()
    return terminal.project


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_the_command_says_exactly_this(case, committed, loaded, tmp_path, is_refreshing):
    terminal = console.Terminal(tmp_path / "project", tmp_path, programs=(loaded,))
    shutil.copytree(committed, terminal.project, ignore=shutil.ignore_patterns("hooks"))
    shutil.copytree(case, terminal.project, dirs_exist_ok=True, ignore=shutil.ignore_patterns("transcript.txt", "deleted"))
    for name in (case / "deleted").read_text().split() if (case / "deleted").exists() else ():
        path = terminal.project / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    kept = case / "transcript.txt"
    played = console.play(terminal, kept.read_text()).replace(str(terminal.project), "PROJECT")
    if is_refreshing:
        kept.write_text(played)
    assert played == kept.read_text()


def test_there_are_cases():
    assert len(CASES) > 5
