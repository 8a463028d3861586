"""What runs: the objects of the last completed releases, as the stacks remember them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec import Struct

from delivery.bundles import Bundle
from delivery.instances import ServiceInstance
from delivery.records import Record
from pvn import standing


class Running(Struct, frozen=True):
    """What some service instances run."""

    releases: tuple[tuple[str, Record, Bundle], ...]
    """The id of each instance, its last completed release, and the objects of that."""
    absent: tuple[str, ...]
    """The ids of those that the tree wants, and that were never released."""


def running(where: Path, instances: Iterable[ServiceInstance], is_meant: Callable[[str, str, str], bool]) -> Running:
    """Return what runs of the instances that are meant by their application, channel and service.

    The stacks of `instances` are asked. What the tree no longer has runs until an update takes it away, and is among it.
    Raises WorldFailed where what a stack remembers cannot be had.
    """
    wanted = list(instances)
    found: dict[str, tuple[Record, Bundle]] = {}
    for stack in sorted({one.stack for one in wanted}):
        ledger = standing.memory(where, stack).ledger
        for name, history in ledger.histories.items():
            application, channel, service = name.split("/")
            if history.effective and is_meant(application, channel, service):
                found[name] = history.effective, ledger.bundle(history.effective)
    absent = [one.id for one in wanted if one.id not in found and is_meant(one.application, one.channel, one.service)]
    return Running(tuple((name, *found[name]) for name in sorted(found)), tuple(absent))
