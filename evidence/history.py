"""Ask git for the project as it was at another commit. The working tree, the index and every setting stay as they are."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from msgspec import Struct

from delivery.problems import Problem, Refused, Spot, WorldFailed, nearest
from evidence import git

MEMORY = "/dev/shm"  # noqa: S108  a folder of our own is made in it
"""Where files take no disk, on Linux: a thousand folders that come and go cost some disks seconds."""


class Base(Struct, frozen=True):
    """The project at another commit."""

    commit: str
    """The full name of the commit."""
    root: Path
    """A copy of the project's folder as it was there, which is gone after use. It may hold nothing: then it began later."""
    whole: Callable[[], Path]
    """Writes another copy, in which nothing is left out, and returns its root."""


@contextmanager
def base(root: Path, ref: str, first: Sequence[str] = ()) -> Iterator[Base]:
    """Yield the project at the commit where the work on `ref` and the work here part, as `git diff ref...HEAD` does.

    Where the two have no common past, or a shallow clone does not know it, that is `ref` itself. The copy holds only what
    matches the pathspecs in `first`, where there are any: a repository may have many files that nobody is going to read.
    Raises Refused where git knows no such commit, WorldFailed where it cannot be asked.
    """
    tip = _commit(root, ref)
    commit = git.said(root, "merge-base", tip, "HEAD", may_fail=True) or tip
    inside = git.said(root, "rev-parse", "--show-prefix")
    with ExitStack() as kept:
        # an index of our own: files come out as a checkout would write them, and nobody's index is touched
        index = {"GIT_INDEX_FILE": f"{_folder(kept)}/index"}
        git.said(root, "read-tree", commit, also=index)

        def written(folder: str, *which: str, typed: str = "") -> Path:
            command = ("checkout-index", "--force", "--quiet", f"--prefix={folder}/", *which)
            git.said(root, *command, also=index, typed=typed)
            copy = Path(folder, inside)
            copy.mkdir(parents=True, exist_ok=True)
            return copy

        def whole() -> Path:
            return written(_folder(kept), "--all")

        if not first:
            yield Base(commit, whole(), whole)
            return
        names = git.said(root, "ls-files", "-z", "--", *first, also=index)
        try:
            copy = written(_folder(kept, MEMORY), "-z", "--stdin", typed=names)
        except (OSError, WorldFailed):  # there is none, or no room in it
            copy = written(_folder(kept), "-z", "--stdin", typed=names)
        yield Base(commit, copy, whole)


def _folder(kept: ExitStack, place: str | None = None) -> str:
    """Make a folder that is gone in the end."""
    return kept.enter_context(tempfile.TemporaryDirectory(prefix="pvn-base-", dir=place))


def _commit(root: Path, ref: str) -> str:
    found = git.said(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", may_fail=True)
    if not found:
        if not git.said(root, "rev-parse", "--git-dir", may_fail=True):
            raise Refused([Problem(Spot(str(root)), "the project is not in a git repository", "git init, and commit it")])
        raise Refused([Problem(Spot("--base"), f"git knows no commit {ref!r} here", _way_to(root, ref))])
    return found


def _way_to(root: Path, ref: str) -> str:
    """Return how somebody gets a commit that git does not know, or which one they may mean."""
    if git.said(root, "rev-parse", "--is-shallow-repository", may_fail=True) == "true":
        return "this clone has only the newest commits: git fetch --unshallow; in a workflow, fetch-depth: 0"
    start = re.split(r"[~^]", ref, maxsplit=1)[0]
    if start != ref and (count := git.said(root, "rev-list", "--count", "--end-of-options", start, "--", may_fail=True)):
        return f"name one of those that git log --oneline {start} shows, {count} in all"
    names = git.said(root, "for-each-ref", "--format=%(refname:short)", may_fail=True)
    if near := nearest(ref, names.split()):
        return f"did you mean {near!r}? or fetch it: git fetch origin"
    return "fetch it (git fetch origin), or name a branch, a tag or a commit that is here: git log --oneline --all"
