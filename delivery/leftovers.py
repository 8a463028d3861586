"""What an update was making for the first time when it was killed, as the state tells it.

Outputs are written when an update ends. One that is killed writes none, so nothing remembers what it began, and a program
that does not register an object any more has it deleted. What was let through once may serve already: first releases are
kept (docs/adr/0023), and where it is a runtime or registry that may not go on, neither does the update.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from delivery import objects, states
from delivery.bundles import Bundle
from delivery.records import History, Ledger, Record
from delivery.structs import replace
from delivery.versions import Candidate

_KUBERNETES, _PROVIDER = "kubernetes:", "pulumi:providers:"
_NAMESPACE = "kubernetes:core/v1:Namespace"


class _State(Struct, frozen=True):
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


def parts(deployment: Mapping[str, Any], names: Sequence[str]) -> tuple[str, ...]:
    """Return those of some runtimes and registries, by name (`runtimes/k`), of which a state has more than the idea."""
    every = {one["urn"]: one for one in _present(deployment)}
    real = (one for one in every.values() if one.get("custom") and not one["type"].startswith(_PROVIDER))
    begun = {states.part_of(above) for one in real for above in _above(every, one)}
    return tuple(name for name in names if name in begun)


def _above(every: Mapping[str, Mapping[str, Any]], one: Mapping[str, Any]) -> Iterator[str]:
    """Yield the URNs of the components that a resource is in."""
    while above := one.get("parent"):
        yield above
        one = every.get(above, {})


def _present(deployment: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what a state has, made or in the making. What is deleted already, or is about to be, is of no interest."""
    pending = [one["resource"] for one in deployment.get("pending_operations") or () if one["type"] == "creating"]
    return (one for one in (*(deployment.get("resources") or ()), *pending) if not one.get("delete"))


def _read(deployment: Mapping[str, Any]) -> _State:
    """Sort what a state has of service instances."""
    state = _State()
    for one in _present(deployment):
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
