"""KUSTOMIZE configs: what `kubectl kustomize` makes of a folder, before any template is filled in."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from delivery.folders import Folder
from delivery.instances import ManifestFile
from delivery.problems import Problem, Spot
from delivery.sources import COMPILED

_AT_ONCE = 4
"""Each run is a process that reads a few files; more at once gain nothing on a laptop."""
_PATIENCE = 120.0
"""Seconds for one folder. A kustomization may fetch bases, but one that takes longer hangs."""


def compile_all(folder: Folder, kustomizations: Mapping[str, Spot]) -> list[ManifestFile | Problem]:
    """Return the output for each folder, or what is wrong with it, at the place that names the folder."""
    if not kustomizations:
        return []
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(lambda one: _compile(folder, *one), sorted(kustomizations.items())))


def _compile(folder: Folder, name: str, at: Spot) -> ManifestFile | Problem:
    import subprocess

    command = ["kubectl", "kustomize", folder.path(name)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False)
    except FileNotFoundError:
        return Problem(
            at,
            "`type: KUSTOMIZE` needs kubectl, which is not installed",
            "install kubectl, or write plain manifests with `type: KUBERNETES`",
        )
    except subprocess.TimeoutExpired:
        return Problem(
            at, f"`kubectl kustomize {name}` takes longer than {_PATIENCE:.0f}s", "run it by hand and see what it waits for"
        )
    if done.returncode != 0:
        said = _complaint(done.stderr.decode(errors="replace"), folder.root)
        return Problem(
            at, f"`kubectl kustomize {name}` fails: {said}", "mend the kustomization; run the command to see more"
        )
    try:
        return ManifestFile(posixpath.join(name, COMPILED), done.stdout.decode())
    except UnicodeDecodeError:
        return Problem(
            at, f"`kubectl kustomize {name}` does not write UTF-8", "save the files of the kustomization as UTF-8"
        )


def _complaint(text: str, root: str) -> str:
    """Return kubectl's complaint in one line that is the same on every machine: no time, no process, no root."""
    line = text.strip().split("\n")[-1].replace(f"{root}/", "")
    return re.sub(r"^[EFIW]\d{4} [\d:.]+ +\d+ \S+\] ", "", line).removeprefix("error: ")
