"""Where the engine works that started us: the folder of the project which an update is about.

An engine tells a policy pack its stack, its project's name and its configuration, but not where the project is. A pack is
started in the program's folder, which may be a checkout far from the project's files. So the engine's process is looked up
among our ancestors: its working directory is the truth, and `pulumi --cwd` changes it, too.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from delivery.problems import WorldFailed

_ENGINE = "pulumi"
_FIX = (
    "start it by `pulumi preview|up --policy-pack …`, in the project's folder, with the `pulumi` on PATH under its own name"
)


def project() -> Path:
    """Return the folder of the project that the engine above us works on: the nearest one with a Pulumi.yaml.

    Raises WorldFailed where there is no engine above us, or its folder cannot be told.
    """
    place = _engine()
    for folder in (place, *place.parents):
        if (folder / "Pulumi.yaml").is_file():
            return folder
    raise WorldFailed("policy", f"the engine works in {place}, and there is no Pulumi.yaml there or above", _FIX)


def _engine() -> Path:
    """Return the working directory of the nearest ancestor that is an engine."""
    process = os.getppid()
    while process > 1:
        name, parent = _known(process)
        if name == _ENGINE:
            return _folder(process)
        process = parent
    raise WorldFailed("policy", "no engine started this, so nobody says which project it is about", _FIX)


def _known(process: int) -> tuple[str, int]:
    """Return the name of a process and its parent, from /proc or from ps; no parent where it has ended."""
    try:
        before, _, after = Path(f"/proc/{process}/stat").read_text().rpartition(")")
        return before.partition("(")[2], int(after.split()[1])
    except (OSError, ValueError, IndexError):
        parent, _, name = _ask("ps", "-o", "ppid=", "-o", "comm=", "-p", str(process)).strip().partition(" ")
    return Path(name.strip()).name, int(parent) if parent.isdigit() else 0


def _folder(process: int) -> Path:
    """Return the working directory of a process: from /proc, or from lsof where there is none."""
    try:
        return Path(os.readlink(f"/proc/{process}/cwd"))  # noqa: PTH115
    except OSError:
        said = _ask("lsof", "-a", "-p", str(process), "-d", "cwd", "-F", "n").splitlines()
    for line in said:
        if line.startswith("n/"):
            return Path(line[1:])
    raise WorldFailed("policy", "nobody says in which folder the engine works", "see that /proc, or lsof, can be used")


def _ask(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""
