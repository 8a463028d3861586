"""What gates say: one answer each, and what all of them say together."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from msgspec import Struct

PROGRESS = "progress"
"""The gate that a release meets which was tried before."""


class State(Enum):
    """What a gate says."""

    OPEN = "open"
    WAITING = "waiting"
    REFUSED = "refused"


class Answer(Struct, frozen=True):
    """What one gate says, on which fact, and what a person can do about it."""

    gate: str
    state: State
    fact: str
    next: str = ""
    """The exact next command, where the gate is not open, or where it is and something is held all the same."""
    opens: datetime | None = None
    """When it opens by itself if nothing else changes; None where time alone opens nothing."""

    @property
    def is_open(self) -> bool:
        """True where this gate lets through."""
        return self.state is State.OPEN


class Verdict(Struct, frozen=True):
    """What all gates of an instance say together."""

    answers: tuple[Answer, ...]
    notes: tuple[Answer, ...] = ()
    """What would stand in the way if there were a change: it decides nothing."""

    @property
    def state(self) -> State:
        """REFUSED where any gate refuses, else WAITING where any waits, else OPEN."""
        states = {answer.state for answer in self.answers}
        return next((state for state in (State.REFUSED, State.WAITING) if state in states), State.OPEN)

    @property
    def is_open(self) -> bool:
        """True where nothing stands in the way."""
        return self.state is State.OPEN

    @property
    def gives_up(self) -> bool:
        """True where the release was tried and failed, and what ran before comes back."""
        return any(answer.gate == PROGRESS and answer.state is State.REFUSED for answer in self.answers)

    @property
    def told(self) -> tuple[Answer, ...]:
        """What a person has to hear: what is shut, and what holds something although it is open."""
        return tuple(answer for answer in self.answers if not answer.is_open or answer.next)

    @property
    def shut(self) -> tuple[Answer, ...]:
        """The gates that are not open."""
        return tuple(answer for answer in self.answers if not answer.is_open)
