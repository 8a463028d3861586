"""Runtimes, registries and what stacks remember of them, made with as few words as possible."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from delivery import canonical
from delivery.approvals import STACK
from delivery.blueprints import Blueprint
from delivery.facts import Approval, Evidence, Nodes
from delivery.gates import Alteration
from delivery.inventories import Built, Inventory
from delivery.shapes.guard import StackApproval, StackPrecondition
from delivery.shapes.linked import ExternalRegistry, KubeconfigRuntime
from delivery.shapes.local import LocalRuntime
from delivery.shapes.stack import Stack
from tests.unit.made import NOW

PROVEN = StackPrecondition(stack_stable="staging")
SIGNED = StackPrecondition(manual_approval=StackApproval())


def local(name: str = "k-production", **more: Any) -> Blueprint:
    """A cluster on this machine."""
    return Blueprint("runtimes", LocalRuntime(name=name, type="local", **more))


def linked(name: str = "k-production", **more: Any) -> Blueprint:
    """A cluster that somebody else looks after."""
    return Blueprint("runtimes", KubeconfigRuntime(name=name, type="kubeconfig", path=f"{name}.yaml", **more))


def hub(url: str = "docker.io") -> Blueprint:
    """A registry that somebody else looks after."""
    return Blueprint("registries", ExternalRegistry(name="hub", type="external", url=url))


def stack(*parts: Blueprint, gates: tuple[StackPrecondition, ...] = (PROVEN, SIGNED)) -> Stack:
    """A stack file."""
    found: dict[str, list[Any]] = {"runtimes": [], "registries": []}
    for one in parts:
        found[one.kind].append(one.settings)
    return Stack(runtimes=tuple(found["runtimes"]), registries=tuple(found["registries"]), preconditions=gates)


def inventory(*completed: Blueprint, begun: Blueprint | None = None, namespaces: dict[str, str] | None = None) -> Inventory:
    """What a stack remembers that has completed these; `begun` is what its last update set out for and did not complete."""
    built = {one.id: Built(one.digest, one.digest, one.digest) for one in completed}
    if begun:
        built[begun.id] = Built(None, built.get(begun.id, Built()).current, begun.digest, is_interrupted=True)
    every = [*completed, *([begun] if begun else [])]
    texts = {one.digest: one.text for one in every}
    return Inventory(built, {(one.id, one.digest): one for one in every}, texts, namespaces or {})


def change(wanted: Blueprint | None, before: Blueprint | None) -> Alteration:
    """What is to become of one of production's."""
    named = wanted or before
    assert named is not None
    return Alteration("production", named.id, wanted, before)


def signature(of: Alteration, signer: str = "jane", *, age: float = 1, rejects: bool = False, **more: Any) -> Approval:
    """Somebody's signed word for settings, `age` days ago."""
    signed = NOW - timedelta(days=age)
    found: dict[str, Any] = {
        "signer": signer,
        "key": f"key of {signer}",
        "application": STACK,
        "channel": of.stack,
        "topic": "manual",
        "is_rejection": rejects,
        "services": {of.name: (of.digest, of.digest)},
        "signed": signed,
        "expires": signed + timedelta(days=7),
        "file": f"approvals/{signer}.yaml",
        "texts": {of.name: of.text},
    }
    return Approval(**(found | more))


def evidence(upstream: Any = None, *signed: Approval, nodes: Any = Nodes(2), runtime: str = "k-staging") -> Evidence:  # noqa: B008
    """Evidence in which staging has that inventory, and its runtime these nodes."""
    known = {} if upstream is None else {"staging": upstream}
    asked = {} if nodes is None else {("staging", runtime): nodes}
    return Evidence(NOW, approvals=signed, inventories=known, nodes=asked)


def outputs(*completed: Blueprint) -> dict[str, Any]:
    """The outputs of a stack that has completed these."""
    return {
        "infrastructure": {one.id: {"current": one.digest, "last": None, "begun": one.digest} for one in completed},
        "settings": {canonical.digest(one.text): one.text for one in completed},
        "namespaces": {},
    }
