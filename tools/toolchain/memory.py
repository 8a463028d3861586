"""What the last set-up of a checkout found. Where nothing has changed since, there is nothing to do."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.toolchain.choices import ALWAYS_BUILD


@dataclass(frozen=True)
class Memory:
    """Everything that the choice of tools depends on, and what was chosen."""

    pins: str
    """The digest of the pins."""
    always_build: bool
    there: Mapping[str, str]
    """What was on PATH."""
    marks: Mapping[str, str]
    """Size and time of every program that was on PATH or was linked: another mark is another program."""
    linked: Mapping[str, str]
    """Where each link in the folder of tools points to."""


def remember(pins: str, there: Mapping[str, str], linked: Mapping[str, str]) -> Memory:
    """Return what is so now."""
    marks = {path: mark(path) for path in sorted({*there.values(), *linked.values()})}
    return Memory(pins, os.environ.get(ALWAYS_BUILD) == "1", dict(there), marks, dict(linked))


def read(file: Path) -> Memory | None:
    """Return what a file remembers; None where there is no file, or it is from another time."""
    try:
        return Memory(**json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write(file: Path, memory: Memory) -> None:
    """Write a file, in one move."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    fresh.write_text(json.dumps(asdict(memory), indent=1) + "\n", "utf-8")
    fresh.replace(file)


def mark(path: str) -> str:
    """Return a program's size and time of change, or nothing where it is gone."""
    try:
        seen = os.stat(path)  # noqa: PTH116  a string in, a string out
    except OSError:
        return ""
    return f"{seen.st_size} {seen.st_mtime_ns}"
