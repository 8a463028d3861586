"""A language host for all commands of a test, whose programs are loaded already: an engine attaches to one that runs.

Where the engine starts its own hosts, and these start a Python that imports everything, an update that changes nothing takes
three times the CPU. Tests of making clusters, of CI, of pages and of kills have it like that, as users have it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "PULUMI_DEBUG_LANGUAGES"
RUNNING = frozenset({"destroy", "preview", "refresh", "up"})
"""The commands that may run a program or a plugin."""


@dataclass(frozen=True)
class Host:
    """A running host, and the environment that its programs have."""

    environment: Mapping[str, str]
    process: subprocess.Popen[str]
    port: str

    def end(self) -> None:
        """End it with all that it started."""
        self.process.terminate()
        self.process.communicate()


def start(environment: Mapping[str, str], python: Path) -> Host:
    """Start a host whose programs have this environment, and are run by this Python where they name none."""
    process = subprocess.Popen(
        ["pulumi-language-python"],
        env={**environment, "PULUMI_PYTHON_CMD": str(python)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return Host(environment, process, process.stdout.readline().strip())
