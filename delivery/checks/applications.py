"""Applications and their channels: runtimes that exist, gates that can be honoured, no channel waiting for itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress

from delivery import labels, selectors
from delivery.checks import stacks
from delivery.checks.circles import circles
from delivery.checks.duplicates import duplicates
from delivery.problems import Problem, nearest, suggestion
from delivery.shapes.application import ApplicationConfig
from delivery.shapes.channel import ReleaseChannelConfig, ReleaseChannelStable
from delivery.tree import Tree

_TOPIC = re.compile(r"(?!manual\Z)[a-z]([a-z0-9-]{0,61}[a-z0-9])?\Z")
"""What a shared approval may be called: it stands in the names of files, and `manual` is what a manualApproval is called."""


def problems(tree: Tree) -> Iterator[Problem]:
    """Yield what is wrong with the applications of a tree."""
    known = stacks.runtimes(tree)
    used = _users(tree, known)
    for application in tree.applications.values():
        yield from _application(application)
        for channel in application.release_channels:
            yield from _channel(application, channel, known, used)
        yield from _loops(application)


def _application(application: ApplicationConfig) -> Iterator[Problem]:
    channels = application.release_channels
    # a group that is still one selects nothing, and its author says that it may
    if not channels and not application.release_channel_groups:
        what = f"application {application.name!r} has no release channels, so nothing of it would ever run"
        yield Problem(application.at, what, "give it one: releaseChannels: [{name: staging, runtimes: [{runtime: …}]}]")
    yield from duplicates("release channel", ((one.name, one.spot("name")) for one in channels))


def _users(tree: Tree, known: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    """Return by stack the names of the channels that are on its runtimes."""
    found: dict[str, set[str]] = {}
    for application in tree.applications.values():
        for channel in application.release_channels:
            for one in channel.runtimes:
                if one.runtime in known:
                    found.setdefault(known[one.runtime], set()).add(channel.name)
    return {stack: frozenset(names) for stack, names in found.items()}


def _undeclared(
    name: str, channel: ReleaseChannelConfig, known: Mapping[str, str], used: Mapping[str, frozenset[str]]
) -> str:
    """Return the fix for a runtime that no stack declares. A near name is none where its stack is for other channels."""
    own = [one for one, stack in known.items() if channel.name in used.get(stack, {channel.name})]
    if near := nearest(name, own):
        return f"did you mean {near!r}?"
    others = ", ".join(f"{one} (stack {stack})" for one, stack in sorted(known.items())) or "none"
    return f"declare it in the file of its stack, under `pvn:runtimes`; there are: {others}"


def _channel(
    application: ApplicationConfig,
    channel: ReleaseChannelConfig,
    known: Mapping[str, str],
    used: Mapping[str, frozenset[str]],
) -> Iterator[Problem]:
    if not channel.runtimes:
        fix = f"name one: runtimes: [{{runtime: {min(known, default='…')}}}]"
        yield Problem(channel.at, f"channel {channel.name!r} has no runtime", fix)
    for one in channel.runtimes:
        if one.runtime not in known:
            fix = _undeclared(one.runtime, channel, known, used)
            yield Problem(one.spot("runtime"), f"no stack file declares a runtime {one.runtime!r}", fix)
    yield from duplicates("runtime connection", ((one.name or one.runtime, one.at) for one in channel.runtimes))
    owners = sorted({known[one.runtime] for one in channel.runtimes if one.runtime in known})
    if len(owners) > 1:
        what = f"the runtimes of channel {channel.name!r} belong to the stacks {' and '.join(owners)}"
        yield Problem(channel.spot("runtimes"), what, "a channel belongs to one stack: make two channels of it")
    yield from duplicates("constant", ((one.name, one.spot("name")) for one in channel.constants))
    yield from duplicates("label", ((one.label, one.spot("label")) for one in channel.labels))
    yield from _gates(application, channel)
    yield from _topics(channel)


def _topics(channel: ReleaseChannelConfig) -> Iterator[Problem]:
    for one in channel.preconditions:
        shared = one.shared_manual_approval
        if shared and not _TOPIC.match(shared.name):
            fix = "use lower-case letters, digits and dashes, beginning with a letter; `manual` is taken"
            yield Problem(shared.spot("name"), f"{shared.name!r} cannot be the name of a shared approval", fix)


def _gates(application: ApplicationConfig, channel: ReleaseChannelConfig) -> Iterator[Problem]:
    for precondition in channel.preconditions:
        if precondition.release_channel_stable:
            yield from _stable(application, channel, precondition.release_channel_stable)


def _stable(
    application: ApplicationConfig, channel: ReleaseChannelConfig, stable: ReleaseChannelStable
) -> Iterator[Problem]:
    at = stable.spot("release_channel" if stable.selector is None else "selector")
    others = {one.name: one for one in application.release_channels if one.name != channel.name}
    try:
        meant = selectors.channels(application, channel.name, stable)
    except labels.QueryError as wrong:
        yield Problem(at, wrong.what, wrong.fix)
        return
    if stable.selector is None:
        # a channel that names itself is a loop, and said as one
        for name in (one for one in meant if one not in others and one != channel.name):
            yield Problem(at, f"there is no release channel {name!r}", suggestion(name, others, "channels"))
    elif not meant and not stable.allow_empty:
        fix = labels.hint(stable.selector, (selectors.labels_of(application, one) for one in others.values()))
        yield Problem(at, f"no other channel of {application.name!r} matches {stable.selector!r}", fix)


def _loops(application: ApplicationConfig) -> Iterator[Problem]:
    """Yield each loop of channels that wait for one another, once, at its first channel."""
    waits = {one.name: tuple(_awaited(application, one)) for one in application.release_channels}
    places = {one.name: one.spot("preconditions") for one in application.release_channels}
    for loop in circles(waits):
        what = f"channel {loop[0]!r} waits for itself: {' → '.join(loop)}"
        yield Problem(places[loop[0]], what, "take one of these releaseChannelStable preconditions out")


def _awaited(application: ApplicationConfig, channel: ReleaseChannelConfig) -> Iterator[str]:
    for precondition in channel.preconditions:
        if stable := precondition.release_channel_stable:
            with suppress(labels.QueryError):  # it has been said
                yield from selectors.channels(application, channel.name, stable)
