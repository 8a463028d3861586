"""A question that got no answer: a value of its own, because it must never be taken for an answer."""

from __future__ import annotations

from msgspec import Struct


class Unknown(Struct, frozen=True):
    """A question that got no answer."""

    why: str
    next: str
    """What a person does about it: an exact command where there is one."""


class Absent(Unknown, frozen=True):
    """What was asked about does not exist, for certain. To a gate that is as good as no answer."""
