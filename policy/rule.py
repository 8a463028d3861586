"""What a rule is: which resources it is about, and what it objects to in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from policy.decision import Decision
from policy.found import Found

Objections = Iterator[str]


class Rule(Struct, frozen=True):
    """One rule about single resources."""

    name: str
    what: str
    """What it demands, in a sentence."""
    concerns: Callable[[Found], bool]
    objections: Callable[[Found, Decision], Objections]
    """Yields a sentence for each thing that is wrong with a resource that it concerns; nothing where it is all right."""
    is_advice: bool = False
    """True where what it objects to is told, and done all the same."""
