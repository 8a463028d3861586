"""Which namespaces a stack keeps registered: those of its services, and those that it made before.

A namespace is kept when its last service has gone, until its release channel has a tombstone: what else is in it by then is
nobody's to judge. With its tombstone it is let go of in two updates: protection is lowered before a resource may go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from delivery.plan import Step
from delivery.tombstones import Tombstones


class Namespace(Struct, frozen=True):
    """One namespace that a stack makes on one of its runtimes."""

    runtime: str
    name: str
    channel: str
    """The release channel that it is for, as application/channel."""
    is_leaving: bool = False
    """True in the last update that still knows it."""

    @property
    def id(self) -> str:
        """The name under which the stack remembers it."""
        return f"{self.runtime}/{self.name}"


def namespaces(
    steps: Iterable[Step], remembered: Mapping[str, str], removed: Tombstones, runtimes: Iterable[str]
) -> tuple[Namespace, ...]:
    """Return the namespaces to register, sorted. `remembered` are the channels of those that were made before, by id."""
    used = {
        (one.bundle.runtime, one.bundle.namespace): f"{one.candidate.instance.application}/{one.candidate.instance.channel}"
        for one in steps
        if one.bundle and one.bundle.namespace
    }
    found = [Namespace(runtime, name, channel) for (runtime, name), channel in used.items()]
    there = set(runtimes)
    for place, channel in remembered.items():
        runtime, _, name = place.partition("/")
        if (runtime, name) not in used and runtime in there:
            application, _, own = channel.partition("/")
            found.append(Namespace(runtime, name, channel, is_leaving=(application, own) in removed.channels))
    return tuple(sorted(found, key=lambda one: (one.runtime, one.name)))
