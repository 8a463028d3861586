"""What is on PATH, and whether it is good."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tools.toolchain.pins import Tool, numbers

PATIENCE = 20.0
"""Seconds a program may take to say its version. A cold start from a slow disk takes a few."""


@dataclass(frozen=True)
class Found:
    """A program on PATH, and its version where it could say one."""

    path: str
    version: tuple[int, ...] | None

    def is_good_for(self, tool: Tool) -> bool:
        """Tell whether the version is between the least one and the next major one. Unknown is not good."""
        if self.version is None or not tool.least:
            return False
        return self.version >= tool.least and self.version[0] == tool.least[0]

    def __str__(self) -> str:
        version = ".".join(map(str, self.version)) if self.version else "of unknown version"
        return f"{self.path} ({version})"


MEMORY = "memory.json"
"""Beside the folder of tools of every checkout: what marks it as one."""


def installed(name: str) -> str | None:
    """Return the first program of a name on PATH, looking past the folders that this program made itself."""
    folders = [one for one in os.environ.get("PATH", os.defpath).split(os.pathsep) if one]
    return shutil.which(name, path=os.pathsep.join(one for one in folders if not Path(one).with_name(MEMORY).exists()))


def ask(tool: Tool, path: str) -> Found:
    """Ask a program for its version."""
    if not tool.version:
        return Found(path, None)
    try:
        said = subprocess.run(
            [path, *tool.version],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
            # pulumi would look for a newer version on the network
            env=os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"},
        )
    except (OSError, subprocess.SubprocessError):
        return Found(path, None)
    return Found(path, version_in(said.stdout))


def version_in(text: str) -> tuple[int, ...] | None:
    """Return the first version in what a program prints, such as `kwokctl version v0.8.0 go1.26.8`."""
    match = re.search(r"\b(?:v|V)?(\d+\.\d+(?:\.\d+)?)", text)
    return numbers(match[1]) if match else None
