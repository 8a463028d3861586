"""Progress that shows, and links that the engine accepts."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest

from tools.toolchain import links
from tools.toolchain.progress import Progress, spoken


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (59.9, "59 s"), (75.3, "1 min 15 s"), (3601, "60 min 01 s")])
def test_time_is_said_the_way_people_say_it(seconds: float, text: str) -> None:
    assert spoken(seconds) == text


def test_without_a_terminal_a_long_step_gives_signs_of_life() -> None:
    stream = io.StringIO()
    with Progress(stream, heartbeat=0.05).step("alpha", "building") as step:
        step.detail = lambda: "compiling x"
        time.sleep(0.3)
        step.done("built")
    lines = stream.getvalue().splitlines()
    assert (lines[0], lines[-1]) == ("alpha: building", "alpha: built (0 s)")
    assert set(lines[1:-1]) == {"alpha: building, 0 s, compiling x"}


def test_on_a_terminal_one_line_ticks_and_is_replaced_by_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.toolchain.progress.TICK", 0.05)
    stream = Terminal()
    with Progress(stream).step("alpha", "building") as step:
        time.sleep(0.3)
        step.done("built")
    shown = stream.getvalue()
    assert shown.startswith("\r\x1b[Kalpha: building, 0 s\r\x1b[K")
    assert shown.endswith("\r\x1b[Kalpha: built (0 s)\n")
    assert shown.count("\n") == 1


def pulumi(folder: Path) -> Path:
    folder.mkdir()
    file = folder / "pulumi"
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    return file


def test_where_the_official_language_host_is_beside_pulumi_both_are_used_as_they_are(tmp_path: Path) -> None:
    target = pulumi(tmp_path / "installed")
    host = target.with_name("pulumi-language-python")
    host.write_text("#!/bin/sh\n")
    host.chmod(0o755)
    links.link(tmp_path / "bin", {"pulumi": target}, tmp_path)
    assert [one.name for one in (tmp_path / "bin").iterdir()] == ["pulumi"]
    assert (tmp_path / "bin/pulumi").readlink() == target


def test_where_it_is_missing_the_stand_in_lies_beside_a_pulumi_that_is_no_symbolic_link(tmp_path: Path) -> None:
    links.link(tmp_path / "bin", {"pulumi": pulumi(tmp_path / "built")}, tmp_path / "check out")
    assert not (tmp_path / "bin/pulumi").is_symlink()
    launcher = (tmp_path / "bin/pulumi-language-python").read_text()
    root = tmp_path / "check out"
    assert launcher.endswith(f"exec '{root}/.venv/bin/python' '{root}/tools/language_host' \"$@\"\n")


def test_what_is_no_longer_wanted_goes_from_the_folder(tmp_path: Path) -> None:
    target = pulumi(tmp_path / "built")
    links.link(tmp_path / "bin", {"pulumi": target, "old": target}, tmp_path)
    links.link(tmp_path / "bin", {"pulumi": target}, tmp_path)
    assert {one.name for one in (tmp_path / "bin").iterdir()} == {"pulumi", "pulumi-language-python"}
