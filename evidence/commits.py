"""Ask git which commits are in the ranges that a denylist names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from delivery import repositories
from delivery.instances import CommitDenylist, Commits
from delivery.problems import WorldFailed
from delivery.unknown import Unknown
from delivery.versions import Candidate
from evidence import git

Ranges = Mapping[Commits, frozenset[str] | Unknown]

_AS_IT_IS = {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_NO_LAZY_FETCH": "1"}
"""The history as it was committed, and no call to a server for what a partial clone left out."""


def read(root: Path, candidates: Iterable[Candidate]) -> Ranges:
    """Return the commits of each range that the candidates' denylists name, as the project's clone has them.

    Commits of another repository are known there once somebody has fetched them. A range that git cannot follow to its
    ends is Unknown: what it does not see might be in it.
    """
    lists = [check.does for one in candidates for check in one.instance.checks if isinstance(check.does, CommitDenylist)]
    wanted = {
        denied: one.repository for one in lists if isinstance(one.released, str) for denied in one.denied if denied.start
    }
    return {denied: _range(root, denied, repository) for denied, repository in wanted.items()}


def _range(root: Path, denied: Commits, repository: str) -> frozenset[str] | Unknown:
    fetch = f"git fetch {repositories.address(repository)}"
    try:
        if not (is_shallow := git.said(root, "rev-parse", "--is-shallow-repository", may_fail=True)):
            return Unknown("the project is not in a git repository, so nobody knows its commits", fetch)
        if is_shallow == "true":
            return Unknown(f"this clone does not have all commits, so nobody can tell which are in {denied}", _DEEPEN)
        start, end = _commit(root, denied.start), _commit(root, denied.end)
        if unknown := [name for name, found in ((denied.start, start), (denied.end, end)) if found is None]:
            return Unknown(f"git knows no commit {' and no commit '.join(unknown)} here", fetch)
        found = git.said(root, "rev-list", f"{start}..{end}", also=_AS_IT_IS)
    except WorldFailed as wrong:
        return Unknown(f"{wrong.where}: {wrong.what}", fetch)
    return frozenset(found.split())


_DEEPEN = "git fetch --unshallow"


def _commit(root: Path, name: str) -> str | None:
    """Return the full name of the one commit that an abbreviated name means, None where there are none or several.

    Git would rather take a branch of that name, so the objects themselves are asked.
    """
    objects = git.said(root, "rev-parse", f"--disambiguate={name}", also=_AS_IT_IS, may_fail=True).split()
    wanted = [f"{one}^{{commit}}" for one in objects]
    told = {git.said(root, "rev-parse", "--verify", "--quiet", one, also=_AS_IT_IS, may_fail=True) for one in wanted}
    commits = told - {""}
    return commits.pop() if len(commits) == 1 else None
