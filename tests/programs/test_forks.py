"""Tests in forks end as they end without, and none is passed over."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

ALL_ENDS = """
import pytest, warnings

@pytest.fixture
def torn():
    yield
    raise ValueError("torn down")

@pytest.mark.parametrize("n", range(30))
def test_good(n, tmp_path): (tmp_path / "file").write_text("")
def test_bad(): print("before"); assert [1] == [2]
def test_left_out(): pytest.skip("because")
def test_warned(): warnings.warn("beware")
def test_torn(torn): pass
"""


def run(folder: Path, tests: str, *options: str) -> tuple[int, str]:
    file = folder / "test_made_up.py"
    file.write_text(tests)
    settings = ["--disable-plugin-autoload", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", str(folder)]
    command = [sys.executable, "-m", "pytest", *settings, *options, str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, re.sub(r" in [0-9.]+s", "", done.stdout)


def test_whatever_a_test_ends_with_is_told_in_the_same_words(tmp_path):
    code, said = run(tmp_path, ALL_ENDS, "-q", "-rs")
    assert "1 failed, 32 passed, 1 skipped, 1 warning, 1 error" in said
    forked, words = run(tmp_path, ALL_ENDS, "-q", "-rs", "-p", "tests.forks", "--capture", "sys")
    assert (forked, words.partition("[100%]")[2]) == (code, said.partition("[100%]")[2])


def test_a_test_that_ends_its_fork_fails_the_run(tmp_path):
    tests = "import os\ndef test_good(): pass\ndef test_gone(): os._exit(0)\n"
    code, said = run(tmp_path, tests, "-p", "tests.forks", "--capture", "sys")
    assert code != 0
    assert "1 tests never ended: one of them ended its fork" in said
