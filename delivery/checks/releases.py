"""Releases: values only for what the tree has, and tombstones only for what it has no more."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from delivery.checks.duplicates import duplicates
from delivery.problems import Problem, nearest, suggestion
from delivery.shapes.release import ChannelRelease, Release, ServiceRelease
from delivery.shapes.service import ServiceConfig
from delivery.tree import Tree


def problems(tree: Tree) -> Iterator[Problem]:
    """Yield what is wrong with the releases of a tree."""
    for release in tree.releases.values():
        if release.application not in tree.applications and release.services:
            what = f"there is no application {release.application!r} to release"
            yield Problem(
                release.spot("application"), what, suggestion(release.application, tree.applications, "applications")
            )
            continue
        yield from _services(tree, release)
        yield from _removed_channels(tree, release)
        yield from _rollbacks(tree, release)
        for index, name in enumerate(release.removed):
            if (release.application, name) in tree.services:
                what = f"service {name!r} is listed as removed, but it is still in the tree"
                yield Problem(release.spot(f"removed.{index}"), what, "take its files away, or this line")


def _services(tree: Tree, release: Release) -> Iterator[Problem]:
    names = [name for application, name in tree.services if application == release.application]
    for name, values in release.services.items():
        service = tree.services.get((release.application, name))
        if service is None:
            what = f"application {release.application!r} has no service {name!r}"
            yield Problem(values.at, what, _gone(name, names, release))
            continue
        yield from _values(service, values)
        channels = [one.name for one in tree.applications[release.application].release_channels]
        own = values.per_release_channel
        yield from duplicates("the entry for channel", ((one.release_channel, one.at) for one in own))
        for one in own:
            if one.release_channel not in channels:
                what = f"application {release.application!r} has no release channel {one.release_channel!r}"
                yield Problem(one.spot("release_channel"), what, suggestion(one.release_channel, channels, "channels"))
            yield from _values(service, one)


def _gone(name: str, known: Collection[str], release: Release) -> str:
    """Return the fix for an entry of a service that is not there: its folder is missing more often than a letter."""
    if name in release.removed:
        return "take this entry out: the service is listed as removed"
    near = nearest(name, known)
    fix = f"bring its files back, or take this entry out and let it go for good: `removed: [{name}]`"
    return f"{fix}; or did you mean {near!r}?" if near else fix


def _removed_channels(tree: Tree, release: Release) -> Iterator[Problem]:
    application = tree.applications.get(release.application)
    channels = {one.name for one in application.release_channels} if application else set()
    for index, name in enumerate(release.removed_channels):
        if name in channels:
            what = f"release channel {name!r} is listed as removed, but the application still has it"
            yield Problem(release.spot(f"removed_channels.{index}"), what, "take the channel away, or this line")


def _rollbacks(tree: Tree, release: Release) -> Iterator[Problem]:
    names = [name for application, name in tree.services if application == release.application]
    application = tree.applications.get(release.application)
    channels = [one.name for one in application.release_channels] if application else []
    yield from duplicates("the rollback", ((f"{one.service} in {one.release_channel}", one.at) for one in release.rollbacks))
    for one in release.rollbacks:
        if one.service not in names:
            what = f"application {release.application!r} has no service {one.service!r} to roll back"
            yield Problem(one.spot("service"), what, _gone(one.service, names, release))
        if one.release_channel not in channels:
            what = f"application {release.application!r} has no release channel {one.release_channel!r}"
            yield Problem(one.spot("release_channel"), what, suggestion(one.release_channel, channels, "channels"))


def _values(service: ServiceConfig, values: ServiceRelease | ChannelRelease) -> Iterator[Problem]:
    known = [one.name for one in service.parameters]
    for name in values.parameters:
        if name not in known:
            what = f"service {service.name!r} has no parameter {name!r}"
            yield Problem(values.spot(f"parameters.{name}"), what, suggestion(name, known, "parameters"))
