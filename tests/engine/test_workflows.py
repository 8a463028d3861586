"""actionlint reads the workflows as GitHub would."""

import subprocess

from tests.engine.conftest import CHECKOUT


def test_actionlint_finds_nothing(toolchain):
    done = subprocess.run([toolchain / "actionlint"], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_actionlint_would_find_something(toolchain, tmp_path):
    wrong = tmp_path / "wrong.yml"
    wrong.write_text((CHECKOUT / ".github/workflows/drift.yml").read_text().replace("matrix.stack", "matrix.stak"))
    done = subprocess.run([toolchain / "actionlint", wrong], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert 'property "stak" is not defined' in done.stdout
