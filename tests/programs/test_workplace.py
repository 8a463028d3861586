"""Which project the engine works on, told by real processes: one that is called as the engine is, and a pack below it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.home import CHECKOUT

ASK = (
    "from delivery.problems import WorldFailed\nfrom evidence import workplace\n"
    "try:\n    print(workplace.project())\nexcept WorldFailed as wrong:\n    print(wrong)\n"
)
BETWEEN = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"
"""What starts another program, as a language host does."""


@pytest.fixture
def engine(tmp_path):
    """A program called `pulumi`, which goes to a folder and starts a host there, which starts what asks."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/pulumi").symlink_to(os.path.realpath(sys.executable))

    def start(folder: Path, name: str = "pulumi") -> str:
        program = (tmp_path / "bin/pulumi").rename(tmp_path / "bin" / name)
        goes = f"import os, subprocess, sys; os.chdir({str(folder)!r}); subprocess.run(sys.argv[1:], cwd={str(CHECKOUT)!r})"
        command = [program, "-c", goes, sys.executable, "-c", BETWEEN, sys.executable, "-c", ASK]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.strip()

    return start


def test_it_is_the_nearest_project_above_the_folder_in_which_the_engine_works(engine, tmp_path):
    inner = tmp_path / "shop/applications"
    inner.mkdir(parents=True)
    (tmp_path / "shop/Pulumi.yaml").write_text("name: shop\n")
    assert engine(inner) == str(tmp_path / "shop")


def test_a_folder_without_a_project_is_told(engine, tmp_path):
    assert f"the engine works in {tmp_path}, and there is no Pulumi.yaml there or above" in engine(tmp_path)


def test_where_no_engine_started_it_nobody_knows(engine, tmp_path):
    (tmp_path / "Pulumi.yaml").write_text("name: shop\n")
    assert "no engine started this" in engine(tmp_path, "another")
