"""Moments as clusters write them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime


class Nonsense(ValueError):
    """A fact that cannot be what a cluster means; the text says which."""


def read(text: object) -> datetime | None:
    """Return the moment that a text such as `2026-01-31T12:00:00Z` stands for; None for null. Raises Nonsense for others."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Nonsense(f"{text!r} is no moment")
    return moment.astimezone(UTC)


def newest(moments: Iterable[datetime | None]) -> datetime | None:
    """Return the newest moment; None where one is not known, for then nothing is known, or where there are none."""
    found = list(moments)
    known = [one for one in found if one is not None]
    return max(known, default=None) if len(known) == len(found) else None
