"""First releases that an update was making when it was killed, as the state tells them.

Outputs are written when an update ends. One that is killed writes none, so nothing remembers what it began, and a program
that does not register an object any more has it deleted. What was let through once may serve already: it is kept
(docs/adr/0023).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from delivery import objects, states
from delivery.bundles import Bundle
from delivery.records import History, Ledger, Record
from delivery.versions import Candidate

_KUBERNETES = "kubernetes:"
_NAMESPACE = "kubernetes:core/v1:Namespace"


@dataclass(frozen=True, slots=True)
class _State:
    claims: dict[str, Record] = field(default_factory=dict)
    """What each service instance said that it was to become, by the URN of its component."""
    objects: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    """The Kubernetes resources below each, made or in the making."""
    namespaces: set[str] = field(default_factory=set)
    """The names of the resources that are namespaces."""


def remembered(deployment: Mapping[str, Any], candidates: Iterable[Candidate], ledger: Ledger) -> Ledger:
    """Return the ledger with what was begun of candidates that it knows nothing of.

    `deployment` is that of an exported stack. Raises LookupError, TypeError, AttributeError or ValueError where it is none,
    or where what was begun can no longer be told.
    """
    state, wanted = _read(deployment), {one.instance.id: one for one in candidates}
    histories, texts = dict(ledger.histories), dict(ledger.texts)
    for urn, claim in state.claims.items():
        candidate = wanted.get(states.name_of(urn))
        if candidate is None or candidate.instance.id in histories or not (made := state.objects.get(urn)):
            continue
        bundle = candidate.bundle if claim == candidate.record else _partial(made, state.namespaces)
        record = replace(claim, manifests=bundle.digest)
        histories[candidate.instance.id] = History(is_interrupted=True, tried=record)
        texts[bundle.digest] = bundle.text
    return Ledger(histories, texts)


def _read(deployment: Mapping[str, Any]) -> _State:
    """Sort what a state has. What is deleted already, or is about to be, is of no interest."""
    state = _State()
    pending = [one["resource"] for one in deployment.get("pending_operations") or () if one["type"] == "creating"]
    for one in (*(deployment.get("resources") or ()), *pending):
        if one.get("delete"):
            continue
        if one["type"] == states.INSTANCE:
            inputs = one.get("inputs", {})
            state.claims[one["urn"]] = Record(inputs["version"], inputs["manifests"])
        elif one["type"] == _NAMESPACE:
            state.namespaces.add(states.name_of(one["urn"]))
        elif one["type"].startswith(_KUBERNETES):
            state.objects.setdefault(one.get("parent", ""), []).append(one)
    return state


def _partial(made: Iterable[Mapping[str, Any]], namespaces: set[str]) -> Bundle:
    """Return what there is of a release whose other objects nobody knows any more: each once, as it was registered."""
    by_urn = {one["urn"]: one for one in made}
    runtime = states.name_of(next(iter(by_urn))).split("/")[0]
    found = tuple(objects.bare(_plain(one["inputs"])) for one in by_urn.values())
    spaces = {one["metadata"]["namespace"] for one in found if "namespace" in one["metadata"]}
    own = next((name for name in sorted(spaces) if f"{runtime}/{name}" in namespaces), None)
    return Bundle(runtime, own, found)


def _plain(value: Any) -> Any:
    """Return a registered object without what the provider notes in it. Raises ValueError where something is encrypted."""
    if isinstance(value, Mapping):
        if states.SECRET in value:
            raise ValueError("a value of it is encrypted")
        return {name: _plain(one) for name, one in value.items() if not name.startswith("__")}
    return [_plain(one) for one in value] if isinstance(value, list) else value
