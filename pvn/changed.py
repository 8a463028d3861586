"""What changes, in lines that people read; identical changes once, with everybody they happen to."""

from __future__ import annotations

import difflib
import json
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from delivery import differences, manifests
from delivery.changes import Change, Kind, ObjectChange
from delivery.differences import Difference

_LONG = 100
"""Characters of a value that still fit behind its field."""


class Group(Struct, frozen=True):
    """A change and everybody that it happens to."""

    members: tuple[Change, ...]
    lines: tuple[str, ...]
    """The change itself. What differs between the members is `<service>` or `<channel>`. The first character says what a
    line is: `-` was there, `+` is there now, else a blank."""

    @property
    def needs_approval(self) -> bool:
        """True where somebody would have to sign for one of them."""
        return any(one.needs_approval for one in self.members)


def groups(changes: Iterable[Change]) -> tuple[Group, ...]:
    """Return changes by what they do: what concerns the most services first."""
    alike: dict[tuple[Kind, tuple[str, ...]], list[Change]] = {}
    for one in changes:
        alike.setdefault((one.kind, _nameless(one)), []).append(one)
    found = [Group(tuple(some), _shown(text, some)) for (_, text), some in alike.items()]
    return tuple(sorted(found, key=lambda one: -len(_services(one.members))))


def headline(group: Group) -> str:
    """Return whom a change happens to, in one line."""
    services = _services(group.members)
    kinds = {Kind.NEW: "new: ", Kind.REMOVED: "removed: "}
    kind = kinds.get(group.members[0].kind, "")
    if len(services) == 1:
        application, service = services[0]
        return f"{kind}{service} of {application} in {', '.join(_channels(group.members))}"
    return f"{kind or 'the same change in '}{len(services)} services in {', '.join(_channels(group.members))}"


def names(group: Group, most: int | None = None) -> Iterator[str]:
    """Yield for each application its services in a group, where they are several; `most` of them, the others counted."""
    services = _services(group.members)
    if len(services) == 1:
        return
    for application in dict.fromkeys(one for one, _ in services):
        own = [service for of, service in services if of == application]
        shown = own[:most]
        more = f" and {len(own) - len(shown)} more" if len(shown) < len(own) else ""
        yield f"{application}: {', '.join(shown)}{more}"


def needs(group: Group) -> Iterator[str]:
    """Yield what the change waits for, channel by channel, and where it changes what things wait for."""
    by_need: dict[tuple[str, ...], list[str]] = {}
    for one in group.members:
        channels = by_need.setdefault(one.needs, [])
        if one.instance.channel not in channels:
            channels.append(one.instance.channel)
    for need, channels in by_need.items():
        if need:
            yield f"{', '.join(channels)} would need {' and '.join(need)}"
    if guarded := list(dict.fromkeys(one.instance.channel for one in group.members if one.is_guarded_otherwise)):
        yield f"the gates of {', '.join(guarded)} change"


def _services(members: Sequence[Change]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((one.instance.application, one.instance.service) for one in members))


def _channels(members: Sequence[Change]) -> list[str]:
    return list(dict.fromkeys(one.instance.channel for one in members))


def _shown(nameless: tuple[str, ...], members: Sequence[Change]) -> tuple[str, ...]:
    """Return the lines of a group, with the names that all its members have."""
    one = members[0].instance
    told = {}
    if len({member.instance.service for member in members}) == 1:
        told[_SERVICE] = one.service
    if len({member.instance.channel for member in members}) == 1:
        told[_CHANNEL] = one.channel
    return tuple(_told(line, told) for line in nameless)


_SERVICE, _CHANNEL = "<service>", "<channel>"
_INSIDE = frozenset(string.ascii_letters + string.digits)
"""What a word does not stand alone beside."""


def _told(line: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        line = line.replace(name, value)
    return line


def _nameless(change: Change) -> tuple[str, ...]:
    """Return the lines of a change without the names of its service and channel: equal for equal changes."""
    words = {change.instance.channel: _CHANNEL, change.instance.service: _SERVICE}
    longest_first = sorted(words.items(), key=lambda one: -len(one[0]))
    return tuple(_replaced(line, longest_first) for line in lines(change))


def _replaced(text: str, words: Sequence[tuple[str, str]]) -> str:
    """Return a text with something else for each of some words, wherever it stands alone.

    By hand: to compile a pattern for every service takes ten times as long as all that is done with it.
    """
    if not words:
        return text
    (word, instead), *others = words
    parts, begin, place = [], 0, text.find(word)
    while place >= 0:
        end = place + len(word)
        is_alone = text[place - 1 : place] not in _INSIDE and text[end : end + 1] not in _INSIDE
        if is_alone:
            parts.append(text[begin:place])
            begin = end
        place = text.find(word, end if is_alone else place + 1)
    return instead.join(_replaced(part, others) for part in (*parts, text[begin:]))


def lines(change: Change) -> Iterator[str]:
    """Yield a change, line by line."""
    for setting in change.settings:
        yield from _difference(setting, "")
    for one in change.objects:
        yield from _object(one)


def _object(change: ObjectChange) -> Iterator[str]:
    sign = {Kind.NEW: "+", Kind.REMOVED: "-", Kind.CHANGED: " "}[change.kind]
    restarts = "  (replaces its pods)" if change.restarts_pods else ""
    yield f"{sign} {change.key.kind} {change.key.name}{restarts}"
    for one in change.differences:
        if change.kind is Kind.NEW:
            yield from (f"+   {line}" for line in manifests.text([one.after]).splitlines()[1:])
        else:
            yield from _difference(one, "  ")


def _difference(one: Difference, indent: str) -> Iterator[str]:
    if one.is_order:
        yield f"  {indent}{one.path}: only the order changes: {', '.join(one.before)} → {', '.join(one.after)}"
    elif isinstance(one.before, str) and isinstance(one.after, str) and "\n" in one.before + one.after:
        yield f"  {indent}{one.path}:"
        compared = difflib.unified_diff(one.before.splitlines(), one.after.splitlines(), lineterm="", n=1)
        yield from (f"{line[:1]} {indent}  {line[1:]}" for line in list(compared)[2:] if not line.startswith("@@"))
    else:
        for sign, value in (("-", one.before), ("+", one.after)):
            if value is not differences.ABSENT:
                yield from _value(sign, f"{indent}{one.path}", value)


def _value(sign: str, head: str, value: Any) -> Iterator[str]:
    text = json.dumps(value, ensure_ascii=False)
    if len(text) <= _LONG or not isinstance(value, dict | list) or not value:
        yield f"{sign} {head}: {text}"
        return
    yield f"{sign} {head}:"
    indent = " " * (len(head) - len(head.lstrip()) + 2)
    yield from (f"{sign} {indent}{line}" for line in manifests.text([{"value": value}]).splitlines()[2:])
