"""Which of the manifest files that were read with the tree a Kubernetes config selects. No file is touched here."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from delivery import patterns
from delivery.instances import ManifestFile
from delivery.problems import Problem, Refused, Spot
from delivery.shapes.fields import camel
from delivery.shapes.kubernetes import KubernetesConfig, LocalConfig

if TYPE_CHECKING:
    from delivery.shapes.protection import ProtectionConfig
    from delivery.shapes.service import ServiceConfig
    from delivery.tree import Tree

    Owner = ServiceConfig | ProtectionConfig

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
COMPILED = "compiled.yaml"
"""What the output of a kustomization is called, inside its folder."""


class Place(Struct, frozen=True):
    """A file or folder that a config names."""

    name: str
    """Relative to the project's root."""
    is_recursive: bool
    at: Spot
    below: str | None = None
    """The `sub_path`, a template, where there is one."""


def merged(base: KubernetesConfig | None, over: KubernetesConfig | None) -> KubernetesConfig | None:
    """Return a channel's Kubernetes config laid over the service's, field by field.

    Where manifests come from is one choice: `inlined` replaces `local` and `path` replaces `paths`, and the other way
    round. Patches of the channel come after those of the service.
    """
    if base is None or over is None:
        return over or base
    given = {name: getattr(over, name) for name in over.model_fields_set if name not in ("at", "places")}
    if over.inlined is not None:
        given["local"] = None
    elif over.local is not None:
        given |= {"inlined": None, "local": _merged_local(base.local, over.local)}
    if over.patches:
        given["patches"] = (*base.patches, *over.patches)
    return base.model_copy(update={**given, "at": over.at, "places": {**base.places, **over.places}})


def _merged_local(base: LocalConfig | None, over: LocalConfig) -> LocalConfig:
    if base is None:
        return over
    given = {name: getattr(over, name) for name in over.model_fields_set if name not in ("at", "places")}
    if over.path:
        given["paths"] = ()
    elif over.paths:
        given["path"] = ""
    return base.model_copy(update={**given, "at": over.at, "places": {**base.places, **over.places}})


def configs(owner: Owner) -> Iterator[KubernetesConfig]:
    """Yield the Kubernetes configs of a service, its channels' ones merged; or that of a protection.

    The top level is left out where it says no source of its own and every entry that is there completes it.
    """
    base = owner.kubernetes_config
    overs = [one.kubernetes_config for one in getattr(owner, "per_release_channel", ()) if one.kubernetes_config]
    if base is not None and (not overs or (base.type and (base.local or base.inlined))):
        yield base
    for over in overs:
        if (config := merged(base, over)) is not None:
            yield config


def incomplete(config: KubernetesConfig) -> Iterator[Problem]:
    """Yield what a merged config lacks."""
    if config.type is None:
        yield Problem(config.at, "`type` is missing", "add `type: KUBERNETES`")
    if config.inlined is None and config.local is None:
        yield Problem(config.at, "no manifests are named", "add `local: {path: .}` or `inlined: …`")
    elif config.inlined is not None and config.type == "KUSTOMIZE":
        yield Problem(config.spot("inlined"), "a kustomization is a folder, it cannot be inlined", "use `local`")
    local = config.local
    if local is None:
        return
    if not local.path and not local.paths:
        yield Problem(local.at, "`local` names no files", "add `path: .` for the folder of this file")
    if local.sub_path and not local.path:
        yield Problem(local.spot("sub_path"), "`subPath` is a place below `path`, which is missing", "add `path: .`")
    for name in ("exclude_patterns", "include_patterns"):
        if getattr(local, name) and not local.sub_path:
            what = f"`{camel(name)}` does nothing without `subPath`"
            yield Problem(local.spot(name), what, "name the files with `path` or `paths`, or add a `subPath`")


def places(config: KubernetesConfig) -> Iterator[Place]:
    """Yield the files and folders that a config names. Raises Refused for one outside the project."""
    local = config.local
    if local is None:
        return
    home = posixpath.dirname(local.at.file)
    for field, path in [("path", local.path)] if local.path else [(f"paths.{i}", one) for i, one in enumerate(local.paths)]:
        at = local.spot(field)
        is_recursive = path == "..." or path.endswith("/...")
        name = posixpath.normpath(posixpath.join(home, path[:-3] if is_recursive else path))
        if path.startswith("/") or name == ".." or name.startswith("../"):
            raise Refused([Problem(at, f"{path!r} lies outside the project", "keep the manifests inside the project")])
        yield Place(name, is_recursive, at, local.sub_path or None)


def may_be(sub_path: str, path: str) -> bool:
    """Return whether a `sub_path`, a template, can turn out as a path, or as a folder above it.

    Where it is hard to tell, the answer is yes: what is read too much is not selected later.
    """
    if "{{" not in sub_path:
        folder = posixpath.normpath(sub_path.removesuffix("..."))
        return folder == "." or (path + "/").startswith(folder + "/")
    # only what stands before the first action and behind the last one is sure to come out
    before, behind = (
        sub_path.split("{{", 1)[0].removeprefix("./"),
        sub_path.rsplit("}}", 1)[-1].removesuffix("...").rstrip("/"),
    )
    if any(odd in sub_path.removesuffix("...") for odd in ("..", "//", "/./")):
        return True
    return re.fullmatch(f"{re.escape(before)}.*{re.escape(behind)}(?:/.*)?", path) is not None


def is_kept(local: LocalConfig, path: str) -> bool:
    """Return whether the patterns of a config keep a path below its `path`."""
    if local.include_patterns and not patterns.matches(path, local.include_patterns):
        return False
    return not patterns.matches(path, local.exclude_patterns)


def select(tree: Tree, service: Owner, config: KubernetesConfig, sub_path: str | None = None) -> tuple[ManifestFile, ...]:
    """Return the manifest files of a merged config, each once: those of each path in sorted order.

    `sub_path` is the config's own, filled in for the channel. Raises Refused where there are none.
    """
    if config.inlined is not None:
        line = (config.spot("inlined.text") if "inlined.text" in config.places else config.spot("inlined")).line
        return (ManifestFile(service.at.file, config.inlined, max(line, 1)),)
    found: dict[str, ManifestFile] = {}
    for place in places(config):
        chosen = _below(place, sub_path)
        files = _compiled(tree, chosen) if config.type == "KUSTOMIZE" else _plain(tree, chosen, config)
        if not files:
            raise Refused([nothing(chosen, config)])
        found |= {file.name: file for file in files}
    return tuple(found.values())


def all_of(tree: Tree, service: Owner) -> tuple[ManifestFile, ...]:
    """Return every manifest file that some channel of a service may select, sorted by name."""
    found: dict[tuple[str, int], ManifestFile] = {}
    for config in configs(service):
        files: tuple[ManifestFile, ...]
        if config.local is not None and config.local.sub_path:
            files = tuple(_candidates(tree, config))
        else:
            files = select(tree, service, config)
        found |= {(file.name, file.line): file for file in files}
    return tuple(file for _, file in sorted(found.items()))


def _candidates(tree: Tree, config: KubernetesConfig) -> Iterator[ManifestFile]:
    local = config.local
    assert local is not None
    for place in places(config):
        known = tree.compiled if config.type == "KUSTOMIZE" else tree.files
        for name in tree.below(place.name):
            if name in known and may_be(local.sub_path, name.removeprefix(place.name + "/")):
                yield known[name]


def _below(place: Place, sub_path: str | None) -> Place:
    if place.below is None or sub_path is None:
        return place
    is_recursive = sub_path == "..." or sub_path.endswith("/...")
    name = posixpath.normpath(posixpath.join(place.name, sub_path[:-3] if is_recursive else sub_path))
    if sub_path.startswith("/") or not (name + "/").startswith("" if place.name == "." else place.name + "/"):
        raise Refused([Problem(place.at, f"the sub path {sub_path!r} leaves its `path`", "name a folder below it")])
    return Place(name, is_recursive, place.at)


def _compiled(tree: Tree, place: Place) -> list[ManifestFile]:
    file = tree.compiled.get(posixpath.join(place.name, COMPILED))
    return [file] if file else []


def _plain(tree: Tree, place: Place, config: KubernetesConfig) -> list[ManifestFile]:
    if place.name in tree.files:
        return [tree.files[place.name]]
    names = tree.below(place.name) if place.is_recursive else tree.folders.get(place.name, ())
    home, local = next(places(config)).name, config.local
    assert local is not None
    if local.sub_path:
        names = tuple(name for name in names if is_kept(local, posixpath.relpath(name, home)))
    return [tree.files[name] for name in names if name in tree.files]


def nothing(place: Place, config: KubernetesConfig) -> Problem:
    """Return the problem of a place without manifests."""
    if config.type == "KUSTOMIZE":
        return Problem(place.at, f"there is no kustomization in {place.name}", f"add {KUSTOMIZATIONS[0]} there")
    what = f"there are no manifests in {place.name}"
    fix = "add .yaml or .yml files there (.pvn.yaml files do not count), or name another `path`"
    return Problem(place.at, what, fix if place.is_recursive else f"{fix}; `dir/...` looks into folders below as well")
