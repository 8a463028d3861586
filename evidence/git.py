"""Ask git, in the project's folder. No question needs the network, and none changes anything that git keeps."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from delivery.problems import WorldFailed

_LEFT_OUT = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE")
"""What a hook that runs us has set for its own repository."""


def said(root: Path, *arguments: str, also: Mapping[str, str] | None = None, typed: str = "", may_fail: bool = False) -> str:
    """Return what a git command says to what is typed. One that may fail says nothing then. Raises WorldFailed."""
    kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=root,
            env={**kept, **(also or {})},
            input=typed,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",  # a file may have any name
            check=False,
        )
    except FileNotFoundError:
        raise WorldFailed("git", "it is not installed", "install git 2.30 or newer") from None
    if done.returncode:
        if may_fail:
            return ""
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise WorldFailed(f"git {arguments[0]}", last, "see what the same command says in the project's folder")
    return done.stdout.strip()
