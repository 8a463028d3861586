"""The workflows and their scripts, read by the programs that know best: bash and zizmor."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted(path for path in (CHECKOUT / "ci").iterdir() if path.suffix != ".py")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_every_script_is_shell_that_bash_can_read(script):
    subprocess.run(["bash", "-n", script], check=True)


def zizmor(folder: Path) -> tuple[int, str]:
    """Let zizmor look at a folder as strictly as it can without asking GitHub."""
    program = Path(sys.executable).with_name("zizmor")
    command: list[str | Path] = [program, "--offline", "--quiet", "--persona", "auditor", ".github"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_zizmor_finds_nothing():
    code, said = zizmor(CHECKOUT)
    assert code == 0, said


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        ("undocumented-permissions", " # to sign in to the clouds", ""),
        ("concurrency-limits", "    concurrency:\n      group: stack-production\n      cancel-in-progress: false\n", ""),
        ("artipacked", "          persist-credentials: false\n", ""),
        ("unpinned-uses", "@08c6903cd8c0fde910a37f88322edcfb5dd907a8", "@v5"),
    ],
)
def test_zizmor_would_find_something(tmp_path, rule, before, after):
    shutil.copytree(CHECKOUT / ".github", tmp_path / ".github")
    file = tmp_path / ".github/workflows/production.yml"
    assert before in file.read_text()
    file.write_text(file.read_text().replace(before, after))
    code, said = zizmor(tmp_path)
    assert code
    assert rule in said
