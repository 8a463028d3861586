"""Ask git for the project as it was at another commit. The working tree, the index and every setting stay as they are."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from delivery.problems import Problem, Refused, Spot, WorldFailed


@dataclass(frozen=True, slots=True)
class Base:
    """The project at another commit."""

    commit: str
    """The full name of the commit."""
    root: Path
    """A copy of the project's folder as it was there, which is gone after use. It may hold nothing: then it began later."""


@contextmanager
def base(root: Path, ref: str) -> Iterator[Base]:
    """Yield the project at the commit where the work on `ref` and the work here part, as `git diff ref...HEAD` does.

    Where the two have no common past, or a shallow clone does not know it, that is `ref` itself. Raises Refused where git
    knows no such commit, WorldFailed where it cannot be asked.
    """
    tip = _commit(root, ref)
    commit = _said(root, "merge-base", tip, "HEAD", may_fail=True) or tip
    with tempfile.TemporaryDirectory(prefix="pvn-base-") as folder:
        inside = _said(root, "rev-parse", "--show-prefix")
        # an index of our own: files come out as a checkout would write them, and nobody's index is touched
        index = {"GIT_INDEX_FILE": f"{folder}/index"}
        _said(root, "read-tree", commit, also=index)
        _said(root, "checkout-index", "--all", "--quiet", f"--prefix={folder}/tree/", also=index)
        copy = Path(folder, "tree", inside)
        copy.mkdir(parents=True, exist_ok=True)
        yield Base(commit, copy)


def _commit(root: Path, ref: str) -> str:
    found = _said(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", may_fail=True)
    if not found:
        if not _said(root, "rev-parse", "--git-dir", may_fail=True):
            raise Refused([Problem(Spot(str(root)), "the project is not in a git repository", "git init, and commit it")])
        fix = "fetch it (git fetch origin), or name a branch, a tag or a commit that is here"
        raise Refused([Problem(Spot("--base"), f"git knows no commit {ref!r} here", fix)])
    return found


def _said(root: Path, *arguments: str, also: Mapping[str, str] | None = None, may_fail: bool = False) -> str:
    """Return what a git command says. One that may fail says nothing then."""
    # a hook that runs us has set these for its own repository
    kept = {name: value for name, value in os.environ.items() if name not in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE")}
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, env={**kept, **(also or {})}, capture_output=True, encoding="utf-8", check=False
        )
    except FileNotFoundError:
        raise WorldFailed("git", "it is not installed", "install git 2.30 or newer") from None
    if done.returncode:
        if may_fail:
            return ""
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise WorldFailed(f"git {arguments[0]}", last, "see what the same command says in the project's folder")
    return done.stdout.strip()
