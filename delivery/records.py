"""What a stack remembers of each service instance between two updates.

A stack writes two outputs: `releases`, a history per instance, and `manifests`, the bundle behind every digest that a
history names. They are all that keeps a held production alive, so they are read with suspicion: anything that cannot be
understood or does not match its digest stops the run. It never counts as "nothing was released".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from delivery import bundles, canonical
from delivery.bundles import Bundle
from delivery.problems import WorldFailed
from delivery.unknown import Unknown

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine stores for an output whose resources did not all apply."""


_SLASHES = 2


class Record(Struct, frozen=True):
    """One completed release of one instance."""

    version: str
    manifests: str
    """The digest of the bundle, under which the stack keeps its text."""

    @property
    def text(self) -> str:
        """The record as it is written to the stack's outputs: one short line, because people see it on every update."""
        return f"{self.version} {self.manifests}"


class History(Struct, frozen=True):
    """The completed releases of one instance, newest first, and whether the last update of it went through."""

    current: Record | None = None
    """The release that the last update completed; None when it failed, or when there was none."""
    last: Record | None = None
    """The completed release before that update: what holds when `current` is unknown."""
    previous: Record | None = None
    """The completed release before the effective one, kept for a rollback."""
    is_interrupted: bool = False
    """True where an update began and did not finish: the cluster may hold some of its objects."""
    tried: Record | None = None
    """The release that the last update was to bring; of interest where that update is interrupted."""
    failed: Record | None = None
    """The release that was tried and given up: it is not tried again."""

    @property
    def effective(self) -> Record | None:
        """The last completed release: what a held instance keeps."""
        return self.current or self.last

    @property
    def known(self) -> tuple[Record, ...]:
        """Every record the history names, each once."""
        return tuple(dict.fromkeys(record for record in (self.current, self.last, self.previous) if record))

    @property
    def begun(self) -> Record | None:
        """The release of which the cluster may hold some objects, because its update did not finish."""
        return self.tried if self.is_interrupted else None


class Ledger(Struct, frozen=True):
    """All that a stack remembers: histories by instance id, texts of bundles by manifests digest."""

    histories: Mapping[str, History] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def history(self, instance_id: str) -> History:
        """Return the history of an instance; an empty one where it was never released here."""
        return self.histories.get(instance_id, History())

    def bundle(self, record: Record) -> Bundle:
        """Return the objects of a completed release, exactly as they were applied."""
        return bundles.parse(self.texts[record.manifests])


def own(stack: str, outputs: Mapping[str, Any] | Unknown) -> Ledger:
    """Return what the stack that is being updated remembers. Raises WorldFailed where that cannot be had for certain."""
    if isinstance(outputs, Unknown):
        raise WorldFailed(f"stack {stack}", outputs.why, outputs.next)
    if outputs and not outputs.keys() & {"releases", "manifests"}:
        # an update writes all outputs or none: without these two, what runs has been forgotten, not never released
        raise _damaged(stack, "the other outputs are there, and these are not")
    return read(stack, outputs.get("releases"), outputs.get("manifests"))


def read(stack: str, releases: object, manifests: object) -> Ledger:
    """Return the ledger written in a stack's outputs; both are None before the first update.

    Raises WorldFailed where the outputs are damaged: nothing may be decided, let alone deleted, on such grounds.
    """
    if releases is None and manifests is None:
        return Ledger()
    try:
        texts = {digest: canonical.verified(digest, kept) for digest, kept in _mapping(manifests).items()}
        histories = {name: _history(entry) for name, entry in _mapping(releases).items()}
        for name, history in histories.items():
            if name.count("/") != _SLASHES:
                raise ValueError(f"{name!r} is not an application, a channel and a service")
            for record in filter(None, (*history.known, history.begun)):
                if record.manifests not in texts:
                    raise ValueError(f"no objects are kept for {name!r} at {record.manifests}")
    except (ValueError, TypeError) as wrong:
        raise _damaged(stack, str(wrong)) from None
    return Ledger(histories, texts)


def _damaged(stack: str, why: str) -> WorldFailed:
    return WorldFailed(
        f"stack {stack}, outputs `releases` and `manifests`",
        f"they cannot be trusted: {why}",
        f"restore the stack's last good state: `pulumi stack history -s {stack}`, then `pulumi stack import`",
    )


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise TypeError(f"expected a mapping, found {type(value).__name__}")
    return value


def _record(value: object) -> Record | None:
    if value is None or value == UNKNOWN:
        return None
    if not isinstance(value, str) or value.count(" ") != 1:
        raise ValueError(f"{value!r} is not a version and a manifests digest")
    return Record(*value.split(" "))


def _history(entry: object) -> History:
    fields = _mapping(entry)
    if not set(fields) <= {"current", "last", "previous", "tried", "failed"}:
        raise ValueError(f"a history has the fields {sorted(fields)}")
    # an output that depended on a failed resource may come back unknown, or not come back at all
    current = fields.get("current", UNKNOWN)
    last, previous, tried, failed = (_record(fields.get(name)) for name in ("last", "previous", "tried", "failed"))
    return History(_record(current), last, previous, current == UNKNOWN, tried, failed)
