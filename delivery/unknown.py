"""A question that got no answer: a value of its own, because it must never be taken for an answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unknown:
    """A question that got no answer."""

    why: str
    next: str
    """What a person does about it: an exact command where there is one."""


@dataclass(frozen=True, slots=True)
class Absent(Unknown):
    """What was asked about does not exist, for certain. To a gate that is as good as no answer."""
