"""Ask git who wrote the last change of what an application should run: they may be kept from approving it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from delivery.problems import WorldFailed
from delivery.unknown import Unknown
from delivery.versions import Candidate
from evidence import git


def read(root: Path, candidates: Iterable[Candidate]) -> Mapping[str, str | Unknown]:
    """Return the e-mail address of the author of the last commit, by application, for those whose stack excludes authors.

    Looked at are the release file and the folders of the services. What is not committed yet is nobody's: Unknown.
    """
    places: dict[str, set[str]] = {}
    for one in candidates:
        if one.instance.approvals.excludes_author:
            name = one.instance.application
            folder = posixpath.dirname(one.instance.at.file)
            places.setdefault(name, {f"releases/{name}.yaml"}).add(folder)
    with ThreadPoolExecutor() as pool:
        found = pool.map(
            lambda item: (item[0], _author(root, f"the release of {item[0]!r}", sorted(item[1]))), places.items()
        )
        return dict(found)


def of_stack(root: Path, stack: str) -> str | Unknown:
    """Return the e-mail address of the author of the last commit of a stack's file."""
    return _author(root, f"Pulumi.{stack}.yaml", [f"Pulumi.{stack}.yaml"])


def _author(root: Path, what: str, paths: list[str]) -> str | Unknown:
    try:
        changed = git.said(root, "status", "--porcelain", "--", *paths)
        author = git.said(root, "log", "-1", "--format=%aE", "--", *paths)
    except (WorldFailed, OSError):
        why = f"git does not say who wrote {what}, and its author may not approve"
        return Unknown(why, f"git log -1 -- {paths[-1]}")
    if changed or not author:
        return Unknown(f"{what} is not committed, so nobody knows whose it is", "git commit")
    return author
