"""Windows of time in a week, as people write them: `mon-thu 10-20 Europe/Berlin`.

A window is a set of hours of the week on the wall clock of its zone, so that the two odd days of a year need no rule of
their own: an hour that the clocks skip never comes, and one that comes twice is open both times. An hour after midnight
belongs to the day on which its range began: `fri` `22-4` ends on Saturday morning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

from delivery.problems import nearest

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT = {name: day for day, full in enumerate(_DAYS) for name in (full, full[:3])} | {"tues": 1, "thur": 3, "thurs": 3}
_WORDS = {"weekdays": range(5), "weekends": range(5, 7)}
DAYS, DAY_WORDS = tuple(_SHORT), tuple(_WORDS)
"""What a day may be called, and several at once; in any case."""
_RANGE = re.compile(r"(\d{1,2})(?:-(\d{1,2}))?\Z", re.ASCII)
_HOURS, _WEEK = 24, 7

_FARTHEST = timedelta(days=22)
"""How far an opening may be: a week, and one more for each time that the clocks, or the calendar, skip it."""

Hour = tuple[int, int]
"""A day of the week, Monday is 0, and an hour of it."""


class Unreadable(ValueError):
    """Text that says no days, no hours or no zone."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what, self.fix = what, fix


class Window(Struct, frozen=True):
    """Hours of every week in which something may happen."""

    hours: frozenset[Hour]
    zone: str
    """An IANA zone, spelt as its database does."""
    text: str
    """As a person wrote it."""

    def __str__(self) -> str:
        return f"{self.text} {self.zone}"


def window(days_: str, hours_: str, zone_: str) -> Window:
    """Return the window that three texts say. Raises Unreadable."""
    slots = frozenset(((day + hour // _HOURS) % _WEEK, hour % _HOURS) for day in days(days_) for hour in hours(hours_))
    return Window(slots, zone(zone_), f"{days_} {hours_}")


def days(text: str) -> tuple[int, ...]:
    """Return the days that a text names, Monday is 0: `weekdays`, `mon-thu`, `monday,friday`. Raises Unreadable."""
    return tuple(dict.fromkeys(day for part in _parts(text) for day in _days(part)))


def _days(part: str) -> Iterator[int]:
    if part in _WORDS:
        yield from _WORDS[part]
        return
    first, dash, last = (one.strip() for one in part.partition("-"))
    start, end = _day(first), _day(last if dash else first)
    yield from (day % _WEEK for day in range(start, end + 1 if end >= start else end + 1 + _WEEK))


def _day(name: str) -> int:
    if name in _SHORT:
        return _SHORT[name]
    near = nearest(name, [*_SHORT, *_WORDS])
    fix = f"did you mean {near!r}?" if near else "write days such as weekdays, weekends, mon-thu, or monday,friday"
    raise Unreadable(f"has {name!r}, which is no day" if name else "names no day", fix)


def hours(text: str) -> tuple[int, ...]:
    """Return the hours that a text names, those of the day after from 24 on. Raises Unreadable.

    A range ends when its last hour begins, as people say it: `10-20` closes at 20:00. `5,6,7` are three whole hours.
    """
    return tuple(dict.fromkeys(hour for part in _parts(text) for hour in _hours(part)))


def _hours(part: str) -> Iterator[int]:
    found = _RANGE.match(part.replace(" ", ""))
    if not found:
        raise Unreadable(f"has {part!r}, which is no hour", "write hours such as 10-20, or 5,6,7")
    first, last = int(found[1]), int(found[2] or int(found[1]) + 1)
    if first >= _HOURS or last > _HOURS:
        raise Unreadable(f"has {part!r}, and a day has the hours 0 to 23", "write 0-24 for the whole day")
    if first == last:
        raise Unreadable(f"has {part!r}, in which no time passes", f"write {first} for one hour, or 0-24 for the whole day")
    yield from range(first, last if last > first else last + _HOURS)


def zone(text: str) -> str:
    """Return the IANA zone that a text names in any case; nothing at all names UTC. Raises Unreadable."""
    known = _zones()
    if found := known.get(text.casefold() or "utc"):
        return found
    near = nearest(text.casefold(), known)
    fix = f"did you mean {known[near]!r}?" if near else "write an IANA zone, such as Europe/Berlin or UTC"
    raise Unreadable("is no time zone", fix)


@cache
def _zones() -> dict[str, str]:
    # the package and not the machine: the same file must not be right on one of them and wrong on another. Imported late:
    # most trees have no windows
    from importlib import resources

    names = resources.files("tzdata").joinpath("zones").read_text("utf-8").split()
    return {name.casefold(): name for name in names}


def is_open(windows: tuple[Window, ...], now: datetime) -> bool:
    """Return whether a moment lies in any of the windows. `now` knows its zone."""
    return any(_holds(one, now) for one in windows)


def _holds(window: Window, now: datetime) -> bool:
    local = now.astimezone(_zone(window.zone))
    return (local.weekday(), local.hour) in window.hours


@cache
def _zone(name: str) -> ZoneInfo:
    from importlib import resources

    with resources.files("tzdata.zoneinfo").joinpath(*name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, name)


@lru_cache(maxsize=1024)
def next_opening(windows: tuple[Window, ...], now: datetime) -> datetime | None:
    """Return the first moment from now on that lies in one of the windows, in UTC; None where there is none.

    Now itself where one is open already.
    """
    return min((found for one in windows if (found := _opening(one, now.astimezone(UTC)))), default=None)


def _opening(window: Window, now: datetime) -> datetime | None:
    moment = now
    while moment - now < _FARTHEST:
        if _holds(window, moment):
            return moment
        moment = _next_hour(moment, _zone(window.zone))
    return None


def _next_hour(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return when the hour on the wall clock is another one; before that, where the clocks are changed meanwhile."""
    local = moment.astimezone(zone)
    minute = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    passed = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    hour = moment - passed + timedelta(hours=1)
    return hour if hour.astimezone(zone).utcoffset() == local.utcoffset() else minute


def _parts(text: str) -> Iterator[str]:
    yield from (part.strip() for part in text.casefold().split(","))
