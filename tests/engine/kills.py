"""Killing an update, and what a person does after that before the next one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from tests.engine.project import Project


def begin(project: Project, stack: str) -> subprocess.Popen[str]:
    """Begin an update in a process group of its own, as a terminal would, and return at once."""
    unasked = ("--yes", "--skip-preview", "--suppress-outputs", "--non-interactive", "--color", "never")
    return subprocess.Popen(
        ["pulumi", "up", "--stack", stack, *unasked],
        cwd=project.root,
        env=project.environment | {"PULUMI_PYTHON_CMD": sys.executable},  # the real thing dies, too
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def read(update: subprocess.Popen[str], until: str) -> str:
    """Return what an update says until it has said something, or ends without."""
    assert update.stdout is not None
    said = ""
    while until not in said and update.poll() is None:
        said += update.stdout.readline()
    return said


def kill(update: subprocess.Popen[str], project: Project, stack: str) -> None:
    """Kill an update with everything below it, and mend what that cut off."""
    os.killpg(update.pid, signal.SIGKILL)
    update.communicate()
    end_orphans(project)
    mend_state(project, stack)


def kill_update(project: Project, stack: str, until: str) -> None:
    """Begin an update, kill it once it has said something, and let go of its lock."""
    update = begin(project, stack)
    said = read(update, until)
    assert until in said, said
    kill(update, project, stack)
    project.pulumi("cancel", "--stack", stack, "--yes")


def end_orphans(project: Project) -> None:
    """End the Kubernetes provider, which has a process group of its own and does not notice that its engine is gone."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            is_provider = f"{project.home}/plugins/".encode() in file.read_bytes()
        except OSError:
            continue
        if is_provider:
            os.kill(int(file.parent.name), signal.SIGKILL)


def state_of(project: Project, stack: str) -> Path:
    """Return the file that holds a stack's state."""
    return project.home / "state/.pulumi/stacks/pvn" / f"{stack}.json"


def mend_state(project: Project, stack: str) -> None:
    """Mend what a kill cut off while it was written, as docs/how-to/after-a-kill.md says."""
    state = state_of(project, stack)
    if not is_whole(state):
        shutil.copy(f"{state}.bak", state)
    if not is_whole(described := Path(f"{state}.attrs")):
        described.unlink(missing_ok=True)


def is_whole(file: Path) -> bool:
    try:
        json.loads(file.read_text())
    except (OSError, ValueError):
        return False
    return True
