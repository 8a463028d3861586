"""What a command line names, found in the tree; an empty answer to a misspelt name would look like a good one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from delivery.problems import Problem, Refused, Spot, suggestion
from delivery.shapes.application import ApplicationConfig
from delivery.tree import Tree

_HERE = Spot("applications/")


def application(wanted: Tree, name: str, channel: str | None = None, services: Iterable[str] = ()) -> ApplicationConfig:
    """Return the application of that name.

    Raises Refused, with the near names, where there is none, or where it has not that channel or one of those services.
    """
    applications(wanted, [name])
    found = wanted.applications[name]
    problems = list(_unknown(services, services_of(wanted, name), f"application {name!r} has no service", "services"))
    if channel is not None:
        channels = [one.name for one in found.release_channels]
        what = f"application {name!r} has no release channel"
        problems += _unknown([channel], channels, what, "channels", found.at)
    if problems:
        raise Refused(problems)
    return found


def applications(wanted: Tree, names: Iterable[str]) -> None:
    """Raise Refused, with the near names, for every application that is not there."""
    if problems := list(_unknown(names, wanted.applications, "there is no application", "applications")):
        raise Refused(problems)


def channel(wanted: Tree, name: str) -> None:
    """Raise Refused, with the near name, where no application has a release channel of that name."""
    known = {one.name for found in wanted.applications.values() for one in found.release_channels}
    if problems := list(_unknown([name], known, "there is no release channel", "channels")):
        raise Refused(problems)


def services_of(wanted: Tree, application: str) -> list[str]:
    """Return the names of an application's services."""
    return [service for owner, service in wanted.services if owner == application]


def _unknown(names: Iterable[str], known: Collection[str], what: str, noun: str, at: Spot = _HERE) -> Iterator[Problem]:
    for name in names:
        if name not in known:
            yield Problem(at, f"{what} {name!r}", suggestion(name, known, noun))
