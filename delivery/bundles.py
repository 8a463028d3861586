"""A bundle: the objects of one service instance and where they go, in a text that is the same for the same thing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct

from delivery import canonical, differences

Objects = tuple[Mapping[str, Any], ...]


class Bundle(Struct, frozen=True, dict=True):
    """What one release of one instance puts on which runtime; the version annotation is not part of it."""

    runtime: str
    namespace: str | None
    """The namespace that is made for the instance; None where it must exist already."""
    objects: Objects
    """Kubernetes objects in the order in which they are applied."""

    @cached_property
    def text(self) -> str:
        """The canonical JSON of the bundle: what stacks keep, byte for byte."""
        return canonical.text({"runtime": self.runtime, "namespace": self.namespace, "objects": self.objects})

    @cached_property
    def digest(self) -> str:
        """The manifests digest: what approvals name."""
        return canonical.digest(self.text)


_SHOWN = 60
"""Characters of a value that a sentence has room for."""
_BEFORE = 8
"""Characters that are shown of what two long values have in common, before they differ."""


def first_difference(old: str, new: str) -> str | None:
    """Return in a few words the first place where two texts that people signed differ, and how many more there are.

    None where they do not differ.
    """
    try:
        before, now = (_by_name(json.loads(text)) for text in (old, new))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    found = list(_differences(before, now))
    if not found:
        return None
    return f"{found[0]}, and {len(found) - 1} more" if len(found) > 1 else found[0]


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys([*before, *now]):
        if name not in before or name not in now:
            yield f"{name} is {'new' if name in now else 'gone'}"
            continue
        for found in differences.between(before[name], now[name]):
            place = f"{name} {found.path}".strip()
            old, new = _shown(found.before, found.after)
            yield f"{place}: {old} is now {new}"


def _by_name(fields: Any) -> dict[str, Any]:
    if not isinstance(fields, dict):
        raise TypeError("a bundle is a mapping")
    if "objects" not in fields:
        return fields  # settings of a runtime or registry
    named = {f"{one['kind']} {one['metadata']['name']}": one for one in fields["objects"]}
    return {"runtime": fields["runtime"], "namespace": fields["namespace"], **named}


def _shown(before: Any, after: Any) -> tuple[str, str]:
    """Return two values as a sentence has room for them: of long texts the part from shortly before where they differ."""
    if isinstance(before, str) and isinstance(after, str):
        is_long = max(len(before), len(after)) > _SHOWN
        same = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), 0)
        start = max(same - _BEFORE, 0) if is_long else 0
        return _quoted(_cut(before, start)), _quoted(_cut(after, start))
    return _told(before), _told(after)


def _told(value: Any) -> str:
    if value is differences.ABSENT:
        return "nothing"
    return _quoted(_cut(value)) if isinstance(value, str) else _cut(_quoted(value))


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _cut(text: str, start: int = 0) -> str:
    """Return what there is room for, with … in place of what is left out."""
    kept = text[start : start + _SHOWN]
    return f"{'…' if start else ''}{kept}{'…' if start + _SHOWN < len(text) else ''}"


def parse(text: str) -> Bundle:
    """Return the bundle of a canonical text. Raises ValueError, KeyError or TypeError where it is not one."""
    fields = json.loads(text)
    return Bundle(fields["runtime"], fields["namespace"], tuple(fields["objects"]))
