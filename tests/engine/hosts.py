"""A language host for all commands of a test: an engine attaches to one that runs, where each update starts two otherwise.

That takes a fifth off an update that changes nothing. Tests of making clusters, of CI, of pages and of kills let the engine
start its own, as it does for a user.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

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


def start(environment: Mapping[str, str]) -> Host:
    """Start a host whose programs have this environment."""
    process = subprocess.Popen(
        ["pulumi-language-python"], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return Host(environment, process, process.stdout.readline().strip())
