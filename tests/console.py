"""A terminal in a project of its own: commands are typed into it, and what comes back is what a person would see."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pvn import command

LEFT_OUT = (
    "AWS_",
    "GIT_",
    "GITHUB_",
    "PULUMI_",
    "PVN_",
    "KUBECONFIG",
    "DOCKER_",
    "SSH_",
    "NO_COLOR",
    "FORCE_COLOR",
    "COLUMNS",
)
"""Variables of the person who runs the tests that would reach into them."""

CHECKOUT = Path(__file__).resolve().parents[1]

LONG_AGO = "2026-01-01T00:00:00Z"
"""When everything is committed, so that commits have the same name every time."""


@dataclass
class Terminal:
    """A shell in a folder. Nothing of the user's home, settings or state is seen."""

    project: Path
    home: Path
    more: dict[str, str] = field(default_factory=dict)
    """Variables on top of the usual ones."""
    programs: tuple[Path, ...] = ()
    """Folders with programs that come before others."""

    @property
    def environment(self) -> dict[str, str]:
        """What commands run with."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}
        who = {"NAME": "Jo", "EMAIL": "jo@example.com", "DATE": LONG_AGO}
        return kept | {
            "PATH": os.pathsep.join([*map(str, self.programs), str(Path(sys.executable).parent), os.environ["PATH"]]),
            "HOME": str(self.home),
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            "PYTHONDONTWRITEBYTECODE": "",
            **{f"GIT_{role}_{name}": value for role in ("AUTHOR", "COMMITTER") for name, value in who.items()},
            **self.more,
        }

    def run(self, line: str, answers: str = "") -> tuple[int, str]:
        """Return how a command line ends and everything it says. `answers` are typed where it asks."""
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", line],
            cwd=self.project,
            env=self.environment,
            input=answers,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    def must(self, command: str) -> str:
        """Return what a command line says. It has to end well."""
        code, said = self.run(command)
        assert code == 0, f"$ {command}\n{said}(exit {code})"
        return said

    def commit(self, message: str = "As it was") -> None:
        """Commit everything on the branch `main`, which begins here where there is no repository yet."""
        if not (self.project / ".git").exists():
            self.must("git init --quiet --initial-branch main")
        self.must(f"git add --all && git commit --quiet --allow-empty --message '{message}'")


def commands(text: str) -> Iterator[str]:
    """Yield the command lines of a transcript: those that begin with `$ `, with the lines that a backslash continues."""
    for found in re.finditer(r"^\$ ((?:.*\\\n)*.*)$", text, re.MULTILINE):
        yield found[1]


def play(terminal: Terminal, text: str) -> str:
    """Return a transcript played anew: its commands, and what they say this time."""
    parts = []
    for line in commands(text):
        code, said = terminal.run(line)
        parts.append(f"$ {line}\n{said}" + (f"(exit {code})\n" if code else ""))
    return "".join(parts)


def shipped(folder: Path) -> Path:
    """Return a folder with a copy of the tree that is shipped, and of its stack files."""
    for name in ("applications", "releases", "approvals"):
        shutil.copytree(CHECKOUT / name, folder / name)
    for name in ("Pulumi.yaml", "Pulumi.staging.yaml", "Pulumi.production.yaml"):
        shutil.copy(CHECKOUT / name, folder)
    return folder


def called(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Return how a call of `pvn` in this process ends, and what it says to either stream."""
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err
