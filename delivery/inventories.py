"""What a stack remembers of its own runtimes and registries between two updates.

A stack writes two outputs: `infrastructure`, a history of each, and `settings`, the text behind every digest that a history
names. They are what a held cluster is built from, so they are read with the same suspicion as records of releases: what
cannot be understood stops the run. It never counts as "nothing was built".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from delivery import blueprints, canonical
from delivery.blueprints import Blueprint
from delivery.problems import WorldFailed
from delivery.records import UNKNOWN
from delivery.unknown import Unknown

OUTPUTS = ("infrastructure", "settings")
_FIELDS = frozenset({"current", "last", "begun"})


class Built(Struct, frozen=True):
    """What was completed of one runtime or registry; each by the digest of its settings."""

    current: str | None = None
    """What the last update completed; None when it failed, or when there was none."""
    last: str | None = None
    """What was completed before that update: what holds when `current` is unknown."""
    begun: str | None = None
    """What the last update set out to build: what holds where nothing was ever completed, since half of it may be there."""
    is_interrupted: bool = False
    """True where an update began and did not finish."""

    @property
    def known(self) -> tuple[str, ...]:
        """Every digest that it names, each once."""
        return tuple(dict.fromkeys(one for one in (self.current, self.last, self.begun) if one))

    @property
    def completed(self) -> str | None:
        """What was last completed."""
        return self.current or self.last

    @property
    def kept(self) -> str | None:
        """What holds while a gate is shut."""
        return self.completed or self.begun


class Inventory(Struct, frozen=True):
    """All that a stack remembers of its runtimes and registries, by names such as `runtimes/kubernetes-production`."""

    built: Mapping[str, Built] = field(default_factory=dict)
    blueprints: Mapping[tuple[str, str], Blueprint] = field(default_factory=dict)
    """By (name, digest)."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """By digest, as they were written: a later program may know more settings than the one that wrote them."""
    namespaces: Mapping[str, str] = field(default_factory=dict)
    """The release channel, as application/channel, of each namespace that was made: by runtime/namespace."""

    def of(self, name: str) -> Built:
        """Return the history of a runtime or registry; an empty one where there is none."""
        return self.built.get(name, Built())

    def completed(self, name: str) -> Blueprint | None:
        """Return what was last completed, None where nothing was."""
        found = self.of(name).completed
        return self.blueprints[name, found] if found else None

    def kept(self, name: str) -> Blueprint | None:
        """Return what holds while a gate is shut, None where there is nothing to keep."""
        found = self.of(name).kept
        return self.blueprints[name, found] if found else None


def own(stack: str, outputs: Mapping[str, Any] | Unknown) -> Inventory:
    """Return what the stack that is being updated remembers. Raises WorldFailed where that cannot be had for certain."""
    if isinstance(outputs, Unknown):
        raise WorldFailed(f"stack {stack}", outputs.why, outputs.next)
    return read(stack, outputs)


def read(stack: str, outputs: Mapping[str, Any]) -> Inventory:
    """Return the inventory in a stack's outputs; an empty one before the first update.

    Raises WorldFailed where they are damaged: nothing may be built, let alone deleted, on such grounds.
    """
    if not outputs:
        return Inventory()
    try:
        texts = {digest: canonical.verified(digest, kept) for digest, kept in _mapping(outputs, "settings").items()}
        built = {name: _built(entry) for name, entry in _mapping(outputs, "infrastructure").items()}
        found = {(name, digest): _blueprint(name, digest, texts) for name, one in built.items() for digest in one.known}
        return Inventory(built, found, texts, _namespaces(outputs.get("namespaces", {})))
    except (ValueError, TypeError) as wrong:
        raise WorldFailed(
            f"stack {stack}, outputs {' and '.join(f'`{name}`' for name in OUTPUTS)}",
            f"they cannot be trusted: {wrong}",
            f"restore the stack's last good state: `pulumi stack history -s {stack}`, then `pulumi stack import`",
        ) from None


def _mapping(outputs: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    if name not in outputs:
        # an update writes all outputs or none: what was built has been forgotten, which is not the same as not built
        raise ValueError(f"the other outputs are there, and `{name}` is not")
    found = outputs[name]
    if not isinstance(found, Mapping):
        raise TypeError(f"`{name}` is {type(found).__name__}, not a mapping")
    return found


def _built(entry: object) -> Built:
    if not isinstance(entry, Mapping) or not set(entry) <= _FIELDS:
        raise ValueError(f"{entry!r} is not what was built of a runtime or registry")
    # an output that depended on a failed resource may come back unknown, or not come back at all
    current = entry.get("current", UNKNOWN)
    last, begun = _digest(entry.get("last")), _digest(entry.get("begun"))
    return Built(_digest(current), last, begun, is_interrupted=current == UNKNOWN)


def _digest(value: object) -> str | None:
    if value is None or value == UNKNOWN:
        return None
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no digest")
    return value


def _blueprint(name: str, digest: str, texts: Mapping[str, str]) -> Blueprint:
    if digest not in texts:
        raise ValueError(f"no settings are kept for {name!r} at {digest}")
    return blueprints.parse(name, texts[digest])


def _namespaces(found: object) -> Mapping[str, str]:
    if not isinstance(found, Mapping) or not all(isinstance(one, str) for one in (*found, *found.values())):
        raise TypeError("`namespaces` does not name a release channel for each namespace")
    if wrong := next(
        (f"{key}: {value}" for key, value in found.items() if (key.count("/"), value.count("/")) != (1, 1)), None
    ):
        raise ValueError(f"{wrong!r} is not a runtime, a namespace, an application and a channel")
    return found
