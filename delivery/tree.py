"""READ: a folder becomes a tree of shapes. The one step that touches files; it looks at each by itself."""

from __future__ import annotations

import bisect
import gc
import posixpath
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from msgspec import Struct, field

from delivery import document, gathering, sources, stacks, walker
from delivery.folders import Folder
from delivery.instances import ManifestFile
from delivery.problems import Problem, Refused, Spot
from delivery.shapes.application import ApplicationConfig
from delivery.shapes.config import ProdvanaConfig
from delivery.shapes.protection import ProtectionConfig
from delivery.shapes.release import Release, ReleaseFile
from delivery.shapes.runtime import ClusterConfig
from delivery.shapes.service import ServiceConfig
from delivery.shapes.stack import Stack

PLACES = ("applications", "releases", "Pulumi.*")
"""What is always read of a project's folder. Manifests may lie elsewhere in it."""
_ALMOST = re.compile(r"\.pvn(?:\.ya?ml|\.json)?\Z", re.IGNORECASE)
"""Names that somebody may take for those of configuration files."""


class Tree(Struct, frozen=True, kw_only=True, dict=True):
    """Everything that people typed, each value with its place."""

    applications: Mapping[str, ApplicationConfig] = field(default_factory=dict)
    services: Mapping[tuple[str, str], ServiceConfig] = field(default_factory=dict)
    """By (application, service)."""
    protections: Mapping[str, ProtectionConfig] = field(default_factory=dict)
    runtimes: Mapping[str, ClusterConfig] = field(default_factory=dict)
    """The `runtime` documents, which are optional; the stacks say what there is."""
    releases: Mapping[str, Release] = field(default_factory=dict)
    """By application."""
    stacks: Mapping[str, Stack] = field(default_factory=dict)
    """By the name in `Pulumi.<stack>.yaml`."""
    documents: Mapping[str, ProdvanaConfig] = field(default_factory=dict)
    """By file: the same shapes, with the metadata beside them."""
    files: Mapping[str, ManifestFile] = field(default_factory=dict)
    """By name: every manifest that a service or a protection may select, as written."""
    compiled: Mapping[str, ManifestFile] = field(default_factory=dict)
    """By `<folder>/compiled.yaml`: what `kubectl kustomize` makes of the folders that may be selected."""

    @cached_property
    def folders(self) -> Mapping[str, tuple[str, ...]]:
        """The names of the manifests right inside each folder, sorted."""
        found: dict[str, list[str]] = {}
        for name in sorted([*self.files, *self.compiled]):
            found.setdefault(posixpath.dirname(name) or ".", []).append(name)
        return {folder: tuple(names) for folder, names in found.items()}

    @cached_property
    def registry_urls(self) -> Mapping[str, str]:
        """The address of each registry of all stacks, by its name."""
        return {one.name: one.url for stack in self.stacks.values() for one in stack.registries}

    @property
    def is_self_contained(self) -> bool:
        """Whether all manifests come from applications/, whatever else the project's folder holds."""
        owners: tuple[ServiceConfig | ProtectionConfig, ...] = (*self.services.values(), *self.protections.values())
        places = (place for owner in owners for config in sources.configs(owner) for place in sources.places(config))
        return all(f"{place.name}/".startswith("applications/") for place in places)

    @cached_property
    def _names(self) -> list[str]:
        return sorted([*self.files, *self.compiled])

    def below(self, folder: str) -> tuple[str, ...]:
        """Return the names of all manifests in a folder and the folders below it, sorted."""
        if folder == ".":
            return tuple(self._names)
        # "0" is the character after "/"
        first, last = (bisect.bisect_left(self._names, folder + end) for end in "/0")
        return tuple(self._names[first:last])


def read(root: Path) -> Tree:
    """Return the tree of a project: the folder that holds `Pulumi.yaml`.

    Raises Refused with every problem of every file at once: sorted, each once.
    """
    tree, problems = look(root)
    if problems:
        raise Refused(problems)
    return tree


def look(root: Path) -> tuple[Tree, list[Problem]]:
    """Return what of a project can be read, and what is wrong with the rest of it."""
    reading = _Reading(Folder(root))
    # a big tree is many small values and no cycles: the collector would walk them again and again for nothing
    was_on = gc.isenabled()
    gc.disable()
    try:
        reading.applications()
        reading.releases()
        reading.stacks()
        tree = reading.tree()
    finally:
        if was_on:
            gc.enable()
    return tree, reading.problems


class _Reading:
    """The state of one reading."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.documents: dict[str, ProdvanaConfig] = {}
        self.found_releases: dict[str, Release] = {}
        self.found_stacks: dict[str, Stack] = {}
        self.applications_of: dict[str, ApplicationConfig] = {}
        self.services: dict[tuple[str, str], ServiceConfig] = {}
        self.protections: dict[str, ProtectionConfig] = {}
        self.runtimes: dict[str, ClusterConfig] = {}

    def node(self, file: str) -> document.Node | None:
        """Return the document of a file, None where it cannot be read; problems are kept."""
        try:
            node, problems = document.read(self.folder.text(file), file)
        except Refused as refused:
            node, problems = None, refused.problems
        self.problems += problems
        return node

    def applications(self) -> None:
        """Read what is under applications/."""
        top = "applications"
        try:
            files = self.folder.search(top)
        except Refused as refused:
            self.problems += refused.problems
            return
        before = len(self.problems)
        for name in files:
            if not name.endswith((".pvn.yaml", ".pvn.yml")):
                if found := _ALMOST.search(name):
                    what = "this file would not be read: its name ends neither in .pvn.yaml nor in .pvn.yml"
                    fix = f"rename it to {posixpath.basename(name[: found.start()])}.pvn.yaml"
                    self.problems.append(Problem(Spot(name), what, fix))
                continue
            if (node := self.node(name)) is None:
                continue
            config, problems = walker.walk(node, ProdvanaConfig, name)
            self.problems += problems
            if config is not None:
                self.documents[name] = config
                self._place(config)
        if not self.applications_of and len(self.problems) == before:
            what = "no .pvn.yaml file here defines an application, and an empty tree would mean: delete everything"
            fix = "add a file with an `application:` block; to delete everything, run `pulumi destroy`"
            self.problems.append(Problem(Spot(top), what, fix))

    def _place(self, config: ProdvanaConfig) -> None:
        """Put a document where it belongs. Names that are taken are refused, with both places."""
        for kind in ("application", "service"):
            metadata = f"{kind}_metadata"
            if getattr(config, metadata) is not None and getattr(config, kind) is None:
                what = f"`{metadata}` belongs beside `{kind}`, which this file does not define"
                self.problems.append(Problem(config.spot(metadata), what, f"move it to the file of its {kind}"))
        if config.application is not None:
            self._take(self.applications_of, config.application.name, config.application, "application")
        if config.service is not None:
            key = config.service.application, config.service.name
            self._take(self.services, key, config.service, "service")
        if config.protection is not None:
            self._take(self.protections, config.protection.name, config.protection, "protection")
        if config.runtime is not None:
            self._take(self.runtimes, config.runtime.name, config.runtime, "runtime")

    def _take(self, known: dict, key: object, shape: object, kind: str) -> None:  # type: ignore[type-arg]
        first = known.setdefault(key, shape)
        if first is not shape:
            name = "/".join(key) if isinstance(key, tuple) else key
            what = f"the {kind} {name!r} is defined twice, first at {first.spot('name')}"
            self.problems.append(Problem(shape.spot("name"), what, "rename one of the two, or delete it"))  # type: ignore[attr-defined]

    def releases(self) -> None:
        """Read releases/, which may be missing: nothing was released yet."""
        try:
            names = self.folder.inside("releases")
        except Refused as refused:
            self.problems += refused.problems
            return
        for name in names:
            file = posixpath.basename(name)
            if file.endswith((".yml", ".json")):
                self.problems.append(Problem(Spot(name), "releases are .yaml files", "rename it to <application>.yaml"))
            if not file.endswith(".yaml") or (node := self.node(name)) is None:
                continue
            found, problems = walker.walk(node, ReleaseFile, name)
            self.problems += problems
            if found is None:
                continue
            release = found.release
            if file != f"{release.application}.yaml":
                what = f"a release of {release.application!r} in a file called {file}"
                fix = f"rename the file to {release.application}.yaml, or mend the name"
                self.problems.append(Problem(release.spot("application"), what, fix))
            self.found_releases[release.application] = release

    def stacks(self) -> None:
        """Read the stack files beside Pulumi.yaml."""
        try:
            names = self.folder.inside(".")
        except Refused as refused:
            self.problems += refused.problems
            return
        for name in names:
            stack = stacks.name_of(name)
            if stack is None:
                continue
            if name.endswith(".yml"):
                what = "this stack file would not be read"
                self.problems.append(Problem(Spot(name), what, f"rename it to Pulumi.{stack}.yaml"))
            elif (node := self.node(name)) is not None:
                found, problems = stacks.read(node, name)
                self.problems += problems
                if found is not None:
                    self.found_stacks[stack] = found

    def tree(self) -> Tree:
        """Return the tree, with the manifests that its services and protections may select."""
        gathered = gathering.gather(self.folder, [*self.services.values(), *self.protections.values()])
        self.problems += gathered.problems
        return Tree(
            applications=self.applications_of,
            services=self.services,
            protections=self.protections,
            runtimes=self.runtimes,
            releases=self.found_releases,
            stacks=self.found_stacks,
            documents=self.documents,
            files=gathered.files,
            compiled=gathered.compiled,
        )
