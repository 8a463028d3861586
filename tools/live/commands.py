"""Run one command of the story: shown as it runs, kept in a log, and never cut off in the middle of what it makes."""

from __future__ import annotations

import subprocess

from tools.live.place import Place


class Failed(Exception):
    """A command of the story ended badly; the text is its last words."""


def run(place: Place, *command: str, is_kept: bool = True) -> str:
    """Run a command in the project and return what it says. Raises Failed.

    An interruption reaches the command as well, which ends in its own time: what it has begun has to be in the state. What
    is not kept is in no log.
    """
    with place.log.open("a") as log:
        log.write(f"$ {' '.join(command)}\n")
        process = subprocess.Popen(
            command,
            cwd=place.project,
            env=place.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said, was_interrupted = _said(process)
        log.write(said if is_kept else "…\n")
    if was_interrupted:
        raise KeyboardInterrupt
    if process.returncode:
        last = [line.strip() for line in said.splitlines() if line.strip()][-3:]
        raise Failed(f"`{' '.join(command[:4])} …` ended with {process.returncode}: {' / '.join(last)}")
    return said


def _said(process: subprocess.Popen[str]) -> tuple[str, bool]:
    was_interrupted = False
    while True:
        try:
            return process.communicate()[0], was_interrupted
        except KeyboardInterrupt:
            was_interrupted = True
