"""The environment of the emulators: outside the tree, one for each lock, shared by whoever has the same."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tools.emulators import LOCK, Emulators
from tools.toolchain.progress import Progress
from tools.toolchain.trouble import Trouble


@pytest.fixture
def emulators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Emulators:
    """Made-up emulators, and a uv on PATH that writes down how it is called."""
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "emulators.txt").write_text("made-up==1\n")
    uv = tmp_path / "path" / "uv"
    uv.parent.mkdir()
    uv.write_text(f'#!/bin/sh\necho "$*" >> {tmp_path}/calls\n')
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", f"{uv.parent}:/usr/bin:/bin")
    monkeypatch.setenv("PVN_CACHE", str(tmp_path / "cache"))
    return Emulators(tmp_path / "tree" / "emulators.txt", Progress(io.StringIO()))


def calls(emulators: Emulators) -> list[str]:
    """How uv was called so far."""
    file = emulators.lock.parents[1] / "calls"
    return file.read_text().splitlines() if file.exists() else []


def test_they_are_installed_by_their_hashes_and_outside_the_tree(emulators: Emulators) -> None:
    python = emulators.ensure()
    assert calls(emulators) == [
        f"pip install --python {python} --compile-bytecode --no-deps --require-hashes --requirement {emulators.lock}"
    ]
    assert python.is_relative_to(emulators.lock.parents[1] / "cache")
    assert python.exists()


def test_a_second_time_nothing_is_done(emulators: Emulators) -> None:
    assert emulators.ensure() == emulators.ensure()
    assert len(calls(emulators)) == 1


def test_another_lock_leaves_the_environment_of_the_first_alone(emulators: Emulators) -> None:
    first = emulators.ensure()
    emulators.lock.write_text("made-up==2\n")
    second = emulators.ensure()
    assert first != second
    assert first.exists()


def test_an_install_that_was_cut_is_not_taken_for_done(emulators: Emulators) -> None:
    uv = emulators.lock.parents[1] / "path" / "uv"
    works = uv.read_text()
    uv.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(Trouble, match=r"pip install .* failed with exit code"):
        emulators.ensure()
    uv.write_text(works)
    emulators.ensure()
    assert len(calls(emulators)) == 1


def test_what_is_shipped_is_pinned_and_hashed_to_the_last_package() -> None:
    lines = [line for line in LOCK.read_text().splitlines() if line and not line.lstrip().startswith("#")]
    packages = [line for line in lines if not line.startswith(" ")]
    assert {"moto", "ministack"} <= {line.partition("==")[0] for line in packages}
    assert all("==" in line and line.endswith("\\") for line in packages)
    assert all(line.strip().startswith("--hash=sha256:") for line in lines if line.startswith(" "))
