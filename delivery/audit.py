"""Everything that is wrong with a project, whichever step would say it.

Each step refuses with all that it finds, and believes the step before it: one misspelt key would keep every template from
being looked at. Here, what a problem touches is set aside with all that depends on it, and the next step looks at the rest.
So nothing is said that would not be true of the whole.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from delivery import channels, checks, desired, sources
from delivery import tree as trees
from delivery.desired import Desired
from delivery.instances import ServiceInstance
from delivery.problems import Problem, Refused, Spot
from delivery.shapes.application import ApplicationConfig
from delivery.shapes.release import Release
from delivery.shapes.service import ServiceConfig
from delivery.shapes.stack import Stack
from delivery.structs import replace
from delivery.tree import Tree

_RUNTIME = re.compile(r"""^["']?runtime["']?\s*:""", re.MULTILINE)


class Audit(Struct, frozen=True):
    """What was found of a project."""

    problems: tuple[Problem, ...]
    """Everything that is wrong with it, in all steps."""
    wanted: Desired | None
    """What it wants; None where something is wrong."""
    instances: tuple[ServiceInstance, ...]
    """Those that can be believed, whatever is wrong elsewhere."""
    stacks: tuple[Stack, ...]


def audit(root: Path) -> Desired:
    """Return what a project wants. Raises Refused with everything that is wrong with it, in all steps at once."""
    found = examine(root)
    if found.wanted is None:
        raise Refused(found.problems)
    return found.wanted


def examine(root: Path) -> Audit:
    """Return what a project wants, or everything that is wrong with it, and what can be believed all the same."""
    rest, problems = trees.look(root)
    found = _Found()
    found.note(problems)
    instances: tuple[ServiceInstance, ...] = ()
    wanted = None
    try:
        instances, problems = channels.resolvable(_believed(root, rest, found))
        found.note(problems)
        wanted = desired.rendered(instances, lambda _: True)
    except Refused as refused:
        found.note(refused.problems)
    return Audit(tuple(found.values()), None if found else wanted, instances, tuple(rest.stacks.values()))


class _Found(dict[tuple[Spot, str], Problem]):
    """The problems, each once; the first fix counts, since the later ones know less of the tree."""

    def note(self, problems: Iterable[Problem]) -> list[Problem]:
        """Take problems in, and return those that are new."""
        new = [one for one in problems if (one.at, one.what) not in self]
        self.update({(one.at, one.what): one for one in new})
        return new


def _believed(root: Path, rest: Tree, found: _Found) -> Tree:
    """Return a checked tree of what no problem touches; what the checks say is added to what was found.

    Raises Refused where a problem touches everything.
    """
    latest = list(found.values())
    while True:
        if latest:
            rest = _without(root, rest, latest)
        try:
            return checks.check(rest)
        except Refused as refused:
            latest = found.note(refused.problems)
            if not latest:
                raise


def _without(root: Path, tree: Tree, problems: Collection[Problem]) -> Tree:
    spoilt = {one.at.file for one in problems}
    unread = "".join(_unread(root, tree, file) for file in spoilt)
    if _RUNTIME.search(unread) or any(_concerns_all(tree, file) for file in spoilt):
        raise Refused(problems)
    applications = {name: one for name, one in tree.applications.items() if _stands(tree, one, spoilt)}
    unreleased = set(_unreleased(tree, problems))
    services = {
        key: one
        for key, one in tree.services.items()
        if (key[0] in applications or not (key[0] in tree.applications or _may_define(unread, key[0])))
        and key not in unreleased
        and not _is_touched(one, spoilt)
    }
    gone = {key for key in tree.services if key not in services} | unreleased
    releases = {name: _without_some(one, gone, unread) for name, one in tree.releases.items() if name in applications}
    runtimes = {name: one for name, one in tree.runtimes.items() if one.at.file not in spoilt}
    return replace(tree, applications=applications, services=services, releases=releases, runtimes=runtimes)


def _unread(root: Path, tree: Tree, file: str) -> str:
    """Return the text of a configuration file whose document is not in the tree, from the beginning of a line."""
    if file in tree.documents or not file.endswith((".pvn.yaml", ".pvn.yml")):
        return ""
    path = root / file
    try:
        # whoever opens a pipe waits for what comes out of it
        return "\n" + path.read_text("utf-8", "replace") if path.is_file() else ""
    except OSError:
        return ""


def _may_define(unread: str, name: str) -> bool:
    """Return whether an application or service may be defined in text that could not be read."""
    return re.search(rf"\b{re.escape(name)}\b", unread) is not None


def _concerns_all(tree: Tree, file: str) -> bool:
    """Return whether everything may depend on a file: stacks, labels of runtimes, and releases where none could be read."""
    if not file.startswith(("applications/", "releases/")) or (file.startswith("releases/") and not tree.releases):
        return True
    return any(one.at.file == file and one.labels for one in tree.runtimes.values())


def _stands(tree: Tree, application: ApplicationConfig, spoilt: Collection[str]) -> bool:
    """Return whether an application, and every protection that it refers to, can be believed."""
    attached = [
        one.ref.name
        for channel in application.release_channels
        for one in (*channel.protections, *channel.service_instance_protections)
    ]
    return application.at.file not in spoilt and all(name in tree.protections for name in attached)


def _is_touched(service: ServiceConfig, spoilt: Collection[str]) -> bool:
    """Return whether a problem lies in a service's file or in one of the folders that its manifests come from."""
    if service.at.file in spoilt:
        return True
    try:
        places = [place.name for config in sources.configs(service) for place in sources.places(config)]
    except Refused:
        return True
    return any(name in (".", file) or file.startswith(f"{name}/") for name in places for file in spoilt)


def _unreleased(tree: Tree, problems: Collection[Problem]) -> Iterator[tuple[str, str]]:
    """Yield (application, service) for the entries of releases that cannot be believed; there may be no such service."""
    for application in tree.applications:
        release = tree.releases.get(application)
        file = release.at.file if release else f"releases/{application}.yaml"
        for at in (one.at for one in problems if one.at.file == file):
            name = _entry(release, at.line) if release else None
            yield from [(application, name)] if name else [key for key in tree.services if key[0] == application]


def _entry(release: Release, line: int) -> str | None:
    """Return the service whose entry a line belongs to; None for a line before them all."""
    before = [(one.at.line, name) for name, one in release.services.items() if one.at.line <= line]
    return max(before)[1] if before else None


def _without_some(release: Release, gone: Collection[tuple[str, str]], unread: str) -> Release:
    """Return a release without the services that are set aside, or that a file may define which could not be read."""

    def stays(name: str) -> bool:
        return (release.application, name) not in gone and not _may_define(unread, name)

    values = {name: one for name, one in release.services.items() if stays(name)}
    held = tuple(one for one in release.rollbacks if stays(one.service))
    return release.model_copy(update={"services": values, "rollbacks": held})
