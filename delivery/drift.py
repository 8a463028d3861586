"""Drift: where a live object is no longer what its release made of it.

Every update applies its objects on the server's side, and the server then keeps in `metadata.managedFields` who owns which
field. Whoever changes the value of a field, with kubectl or through another apply, takes it away from the one who applied
it. So an object is as released where one apply of ours still owns all that the release sets, and nobody has to know how
a server writes quantities and defaults. What a release does not set is its cluster's business.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

from delivery import differences

Json = Mapping[str, Any]


class Drift(Struct, frozen=True):
    """What of an object is not as its release made it."""

    fact: str
    next: str | None = None
    """What to do first; None where the next update of its stack puts it right."""
    is_dropped: bool = False
    """Whether its cluster may know no such field: a server drops that without a word, so the manifest is to be mended."""


UNCOMPARED = Drift("nobody compared it with its release")


class _Item(Struct, frozen=True):
    """An item of a list, as it is wanted: its keys are among what it says."""

    wanted: Any


Path = tuple[str | _Item, ...]
"""Fields by their names, and items of lists."""

_OURS = re.compile(r"pvn|pulumi-kubernetes(-\w+)?")
"""The names under which we apply: the one that we give the Kubernetes provider, and those that it makes up."""
_AUTOSCALER = ("kube-controller-manager", "scale")
"""Manager and subresource of a HorizontalPodAutoscaler: nothing else in that program sets replicas so."""
_SCALED = frozenset({("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "ReplicaSet")})
_REPLICAS: Path = ("spec", "replicas")
_NOBODYS: tuple[Path, ...] = (
    *(("apiVersion",), ("kind",), ("status",)),
    *(("metadata", "name"), ("metadata", "namespace"), ("metadata", "creationTimestamp")),
)
"""Fields that no manager ever owns."""
_FREE = ("labels", "annotations", "matchLabels", "nodeSelector", "data", "stringData", "binaryData")
"""Fields in which any name will do."""
_DEPTH = max(map(len, _NOBODYS))
_PLAIN = (str, int, float)
"""What holds no other values; a bool is an int."""
_NUMBER = re.compile(r"[+-]?[.\d]")
"""How all begins that a server may write in another way than it was given: quantities, times."""


def drift(wanted: Json, live: Json) -> Drift | None:
    """Return the first thing in which a live object is not what `wanted`, the object of a bundle, made of it.

    None where one apply of ours still owns every field that is wanted, every image is the very one, and something runs where
    something should. Replicas may be an autoscaler's instead. A cluster that does not say who owns what proves nothing.
    """
    entries = [one for one in live["metadata"].get("managedFields") or () if isinstance(one.get("fieldsV1"), Mapping)]
    entries.sort(key=lambda one: str(one.get("time", "")), reverse=True)
    if not entries:
        look = f"kubectl get {wanted['kind']} {wanted['metadata']['name']} --output yaml --show-managed-fields"
        return Drift(
            "its cluster does not say who set its fields: something on the way leaves metadata.managedFields out", look
        )
    if _is_off(wanted, live):
        return Drift(f"spec.replicas was set to 0{_by(_REPLICAS, entries)}")
    found = [next(_changes(wanted, live, one["fieldsV1"], entries), None) for one in entries if _is_ours(one)]
    if not found:
        return Drift("no update of ours has applied it")
    return None if None in found else found[0]


def _is_ours(entry: Json) -> bool:
    is_apply = entry.get("operation") == "Apply" and not entry.get("subresource")
    return is_apply and _OURS.fullmatch(str(entry.get("manager"))) is not None


def _is_off(wanted: Json, live: Json) -> bool:
    """Return whether nothing runs where the release, or Kubernetes where it does not say, wants at least one."""
    if (wanted["apiVersion"].rpartition("/")[0], wanted["kind"]) not in _SCALED:
        return False
    return (live.get("spec") or {}).get("replicas") == 0 and (wanted.get("spec") or {}).get("replicas") != 0


def _changes(wanted: Json, live: Json, fields: Json, entries: Sequence[Json]) -> Iterator[Drift]:
    others = [one for one in entries if not _is_ours(one)]
    for path, value, found in _lost(wanted, live, fields, ()):
        if path == _REPLICAS and any(_owned(one, path) is not None for one in others if _is_autoscaler(one)):
            continue
        # what was set to nothing others may fill, unless it is one value with all that is in it
        if value in ({}, [], None) and not any(_owned(one, path) == {} for one in others):
            continue
        by = _by(path, others)
        is_dropped = found is None and not by and _is_named_by_kubernetes(path)
        fact = f"{_text(path)} {'is gone' if found is None else 'was changed'}{by}"
        yield Drift(f"{fact}, or its cluster knows no such field" if is_dropped else fact, is_dropped=is_dropped)


def _is_named_by_kubernetes(path: Path) -> bool:
    """Return whether a path ends with a field, not with an item of a list or a name that people make up, as of a label."""
    return isinstance(path[-1], str) and not any(step in _FREE for step in path[:-1])


def _is_autoscaler(entry: Json) -> bool:
    return (entry.get("manager"), entry.get("subresource")) == _AUTOSCALER


def _lost(wanted: Any, live: Any, fields: Json | None, path: Path) -> Iterator[tuple[Path, Any, Any]]:
    """Yield (path, wanted value, live value) of what is wanted and not owned any more, or plainly another value."""
    if path in ((), ("metadata",)):
        # with nothing below they are no value of their own: some of what is in them nobody ever owns
        fields = fields or {".": {}}
    if fields is None or (path[-1:] == ("image",) and isinstance(wanted, str) and live != wanted):
        yield path, wanted, live
    elif not fields:
        # one value with all that is in it, or something of which everything below is lost
        if not (isinstance(wanted, _PLAIN) or _has(live, wanted)):
            yield path, wanted, live
    elif isinstance(wanted, dict):
        for name, value in wanted.items():
            at = (*path, name)
            if len(at) > _DEPTH or at not in _NOBODYS:
                below = live.get(name) if isinstance(live, dict) else None
                owned = fields.get(f"f:{name}")
                # most fields are plain values; whose they are says all of them, but for images
                if owned is None or name == "image" or not isinstance(value, _PLAIN):
                    yield from _lost(value, below, owned, at)
    elif isinstance(wanted, list):
        for item in wanted:
            keys, owned = _item(fields, item)
            found = (one for one in live or () if keys is not None and _is_at(one, keys))
            yield from _lost(item, next(found, None), owned, (*path, _Item(item)))
    elif not (wanted is None or isinstance(wanted, _PLAIN)):
        # no value of JSON, so nobody has compared it
        yield path, wanted, live


def _item(fields: Json, item: Any) -> tuple[Any, Json | None]:
    """Return by what the server finds an item of a list, and who owns what of it; twice None where there is no such item."""
    for name, below in fields.items():
        sort, _, text = name.partition(":")
        if sort in ("k", "v"):
            keys = _keys(text)
            if _is_at(item, keys):
                return keys, below
    return None, None


@lru_cache(maxsize=4096)
def _keys(text: str) -> Any:
    """Return the keys, or the value, by which a server finds an item; most are the same in many objects."""
    return json.loads(text)


def _is_at(item: Any, keys: Any) -> bool:
    """Return whether an item has these keys. One that it leaves out has its default, which only the server knows."""
    if isinstance(keys, dict) and isinstance(item, dict):
        return all(item.get(name, differences.DEFAULTS.get(name, value)) == value for name, value in keys.items())
    return bool(item == keys)


def _owned(entry: Json, path: Path) -> Json | None:
    """Return what a manager owns at a path, None where that is nothing."""
    fields: Json | None = entry["fieldsV1"]
    for step in path:
        if fields is None:
            return None
        fields = _item(fields, step.wanted)[1] if isinstance(step, _Item) else fields.get(f"f:{step}")
    return fields


def _has(live: Any, wanted: Any) -> bool:
    """Return whether a live value has all of what is wanted, as far as values can be compared."""
    if not wanted and live is None:
        return True
    if isinstance(wanted, dict):
        return isinstance(live, dict) and all(_has(live.get(name), value) for name, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(live, list) and len(live) == len(wanted) and all(map(_has, live, wanted))
    return live == wanted or all(_NUMBER.match(str(one)) for one in (live, wanted))


def _by(path: Path, entries: Sequence[Json]) -> str:
    who = next((one.get("manager") for one in entries if _owned(one, path) is not None), None)
    return f" by {who}" if who else ""


def _text(path: Path) -> str:
    """Return a path as people write it: `spec.template.spec.containers[web].image`."""
    text = field = ""
    for step in path:
        if isinstance(step, _Item):
            text += f"[{differences.called(field, step.wanted)}]"
        else:
            text, field = differences.below(text, step), step
    return text
