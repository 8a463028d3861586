"""How two Kubernetes values differ, field by field. The order of a list counts only where it counts for Kubernetes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from enum import Enum
from typing import Any, Final

from msgspec import Struct

from delivery import canonical

MERGE_KEYS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "containers": (("name",),),
    "initContainers": (("name",),),
    "ephemeralContainers": (("name",),),
    "env": (("name",),),
    "volumes": (("name",),),
    "volumeMounts": (("mountPath",),),
    "volumeDevices": (("devicePath",),),
    "ports": (("containerPort", "protocol"), ("port", "protocol")),
    "hostAliases": (("ip",),),
    "imagePullSecrets": (("name",),),
    "secrets": (("name",),),
    "resourceClaims": (("name",),),
    "schedulingGates": (("name",),),
    "topologySpreadConstraints": (("topologyKey", "whenUnsatisfiable"),),
    "webhooks": (("name",),),
}
"""Lists that Kubernetes merges by keys of their items, by the field's name; the first set of keys that every item has."""

SETS = frozenset({"finalizers"})
"""Lists of plain values whose order means nothing."""

DEFAULTS = {"protocol": "TCP"}
"""What keys are where an item leaves them out."""
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")


class Absent(Enum):
    """A value that is not there; null is a value."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


class Difference(Struct, frozen=True):
    """One field that is not what it was."""

    path: str
    """As people write it: `spec.template.spec.containers[web].image`; empty for the whole value."""
    before: Any
    after: Any
    is_order: bool = False
    """True where the items of a list are the same and only their order is another: `before` and `after` name them."""


def between(before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    """Yield how two JSON values differ, in the order of their fields; nothing where they are equal."""
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _mappings(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, path)
    elif canonical.text(before) != canonical.text(after):
        yield Difference(path, before, after)


def _mappings(before: Mapping[str, Any], after: Mapping[str, Any], path: str) -> Iterator[Difference]:
    for name in dict.fromkeys([*before, *after]):
        at = below(path, name)
        if name not in before:
            yield Difference(at, ABSENT, after[name])
        elif name not in after:
            yield Difference(at, before[name], ABSENT)
        elif before[name] is not after[name]:
            yield from between(before[name], after[name], at)


def _lists(before: Sequence[Any], after: Sequence[Any], path: str) -> Iterator[Difference]:
    field = path.rpartition(".")[2]
    if field in SETS and before != after and sorted(map(canonical.text, before)) == sorted(map(canonical.text, after)):
        yield Difference(path, before, after, is_order=True)
        return
    for keys in MERGE_KEYS.get(field, ()):
        old, new = _keyed(before, keys), _keyed(after, keys)
        if old is not None and new is not None:
            yield from _items(old, new, path)
            return
    yield from _positions(before, after, path)


def _keyed(items: Sequence[Any], keys: tuple[str, ...]) -> dict[str, Any] | None:
    """Return the items by what merges them; None where one has no such key, or two have the same."""
    found: dict[str, Any] = {}
    for item in items:
        if not isinstance(item, dict) or keys[0] not in item:
            return None
        first, *others = (item.get(key, DEFAULTS.get(key)) for key in keys)
        more = [str(value) for key, value in zip(keys[1:], others, strict=True) if value != DEFAULTS.get(key)]
        found["/".join([str(first), *more])] = item
    return found if len(found) == len(items) else None


def called(field: str, item: Any) -> str:
    """Return what an item of the list of that name is called in a path."""
    for keys in MERGE_KEYS.get(field, ()):
        if found := _keyed([item], keys):
            return next(iter(found))
    return str(item.get("name", "…") if isinstance(item, dict) else item)


def _items(before: Mapping[str, Any], after: Mapping[str, Any], path: str) -> Iterator[Difference]:
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name, ABSENT), after.get(name, ABSENT)
        if old is ABSENT or new is ABSENT:
            yield Difference(f"{path}[{name}]", old, new)
        else:
            yield from between(old, new, f"{path}[{name}]")
    kept_before, kept_after = [one for one in before if one in after], [one for one in after if one in before]
    if kept_before != kept_after:
        # Kubernetes does not care, but an approval does: it names the objects as they were written
        yield Difference(path, kept_before, kept_after, is_order=True)


def _positions(before: Sequence[Any], after: Sequence[Any], path: str) -> Iterator[Difference]:
    matcher = SequenceMatcher(None, [*map(canonical.text, before)], [*map(canonical.text, after)], autojunk=False)
    for what, low, high, start, end in matcher.get_opcodes():
        if what == "equal":
            continue
        pairs = min(high - low, end - start)
        for offset in range(pairs):
            yield from between(before[low + offset], after[start + offset], f"{path}[{start + offset}]")
        for index in range(low + pairs, high):
            yield Difference(f"{path}[{index}]", before[index], ABSENT)
        for index in range(start + pairs, end):
            yield Difference(f"{path}[{index}]", ABSENT, after[index])


def below(path: str, name: str) -> str:
    """Return the path of a field of what is at a path."""
    if not _PLAIN.match(name):
        return f"{path}[{json.dumps(name, ensure_ascii=False)}]"
    return f"{path}.{name}" if path else name
