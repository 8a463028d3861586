"""The manifests that services and protections may select, gathered while the tree is read."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from msgspec import Struct, field

from delivery import kustomize, sources
from delivery.folders import Folder
from delivery.instances import ManifestFile
from delivery.problems import Problem, Refused, Spot
from delivery.shapes.kubernetes import KubernetesConfig
from delivery.shapes.protection import ProtectionConfig
from delivery.shapes.service import ServiceConfig

_MANIFESTS = (".yaml", ".yml")
_CONFIGS = (".pvn.yaml", ".pvn.yml")


class Gathered(Struct, frozen=True):
    """What was found, and what was wrong."""

    files: dict[str, ManifestFile] = field(default_factory=dict)
    compiled: dict[str, ManifestFile] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def gather(folder: Folder, owners: Iterable[ServiceConfig | ProtectionConfig]) -> Gathered:
    """Return the text of every manifest that some channel of a service, or a protection, may select."""
    found = Gathered()
    kustomizations: dict[str, Spot] = {}
    for owner in owners:
        configs = tuple(sources.configs(owner))
        if not configs and isinstance(owner, ServiceConfig):
            what = f"the service {owner.name!r} has no manifests"
            found.problems.append(Problem(owner.at, what, "add `kubernetesConfig: {type: KUBERNETES, local: {path: .}}`"))
        for config in configs:
            lacks = list(sources.incomplete(config))
            found.problems.extend(lacks)
            if lacks:
                continue
            try:
                if config.type == "KUSTOMIZE":
                    _note_kustomizations(folder, config, kustomizations)
                else:
                    _read_files(folder, config, found)
            except Refused as refused:
                found.problems.extend(refused.problems)
    for outcome in kustomize.compile_all(folder, kustomizations):
        if isinstance(outcome, Problem):
            found.problems.append(outcome)
        else:
            found.compiled[outcome.name] = outcome
    return found


def _read_files(folder: Folder, config: KubernetesConfig, found: Gathered) -> None:
    for place in sources.places(config):
        names = _names(folder, place, config)
        for name in names:
            if posixpath.basename(name) in sources.KUSTOMIZATIONS:
                what = f"{name} is a kustomization, and `type: KUBERNETES` takes every file for Kubernetes objects"
                fix = "write `type: KUSTOMIZE`, or name the other files in `paths`"
                found.problems.append(Problem(place.at, what, fix))
            elif name not in found.files:
                try:
                    found.files[name] = ManifestFile(name, folder.text(name))
                except Refused as refused:
                    found.problems.extend(refused.problems)
        if not names:
            found.problems.append(sources.nothing(place, config))


def _names(folder: Folder, place: sources.Place, config: KubernetesConfig) -> list[str]:
    """Return the manifest files that a place may stand for."""
    local = config.local
    assert local is not None
    _look(folder, place, must_be_folder=place.below is not None or place.is_recursive)
    if folder.is_file(place.name):
        return [place.name] if _is_manifest(place.name) else []
    if place.below is None:
        names = folder.search(place.name) if place.is_recursive else folder.inside(place.name)
        return [name for name in names if _is_manifest(name)]
    names = tuple(name for name in folder.search(place.name) if _is_manifest(name))
    inner = [(name, posixpath.relpath(name, place.name)) for name in names]
    return [name for name, path in inner if sources.may_be(place.below, path) and sources.is_kept(local, path)]


def _look(folder: Folder, place: sources.Place, *, must_be_folder: bool) -> None:
    """Refuse a place that is not there, or not what it has to be."""
    if not folder.is_inside(place.name):
        raise Refused([Problem(place.at, f"{place.name} leads out of the project", "keep the manifests inside it")])
    if must_be_folder and folder.is_file(place.name):
        raise Refused([Problem(place.at, f"{place.name} is a file, and a folder is wanted", "name its folder")])
    if not folder.is_file(place.name) and not folder.is_folder(place.name):
        beside = folder.neighbours(place.name)
        fix = f"did you mean {beside!r}?" if beside else "paths are relative to the folder of this .pvn.yaml file"
        raise Refused([Problem(place.at, f"there is no {place.name}", fix)])


def _note_kustomizations(folder: Folder, config: KubernetesConfig, found: dict[str, Spot]) -> None:
    local = config.local
    assert local is not None
    for place in sources.places(config):
        if place.is_recursive:
            what = "a kustomization is one folder, `...` names many"
            raise Refused([Problem(place.at, what, "name the folder, or use `subPath`")])
        _look(folder, place, must_be_folder=True)
        inside = folder.search(place.name) if place.below else folder.inside(place.name)
        homes = sorted({posixpath.dirname(one) for one in inside if posixpath.basename(one) in sources.KUSTOMIZATIONS})
        if place.below:
            paths = [(home, posixpath.relpath(home, place.name)) for home in homes]
            homes = [home for home, path in paths if sources.may_be(place.below, path) and sources.is_kept(local, path)]
        if not homes:
            raise Refused([sources.nothing(place, config)])
        for home in homes:
            found.setdefault(home, place.at)


def _is_manifest(name: str) -> bool:
    return name.endswith(_MANIFESTS) and not name.endswith(_CONFIGS)
