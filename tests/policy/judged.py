"""Decisions and resources for the tests of rules, made with as few words as possible."""

from __future__ import annotations

from typing import Any

from delivery import gates, objects
from delivery.facts import Evidence
from delivery.manifests import with_version
from delivery.plan import step
from delivery.records import Ledger, Record
from delivery.shapes.local import LocalRuntime
from delivery.shapes.stack import Stack
from delivery.structs import replace
from delivery.versions import Candidate
from policy.decision import Decision
from policy.found import INSTANCE, Found
from tests.unit import made

ID = "shop/production/web"
NAME = "k-production/shop-production/web"
URN = "urn:pulumi:production::pvn::"
HERE = f"{URN}{INSTANCE}::{ID}"
SETTINGS = Stack(runtimes=(LocalRuntime.model_validate({"name": "k-production", "type": "local"}),))


def decision(candidate: Candidate | None, evidence: Evidence, ledger: Ledger | None = None, **more: Any) -> Decision:
    """What the gates say of a candidate of production; None where the tree has none."""
    known = ledger or Ledger()
    steps = {}
    if candidate:
        siblings = {"staging": made.candidate("staging"), "production": candidate}
        verdict = gates.decide(candidate, siblings, known.history(ID), evidence)
        steps = {ID: step(candidate, verdict, known)}
    return Decision("production", SETTINGS, steps, known, evidence, **more)


def pinned() -> Candidate:
    """A candidate of production whose only object is a Deployment as clusters take it."""
    of = made.candidate()
    pod = {"containers": [{"name": "main", "image": f"docker.io/shop/web@sha256:{7:064x}"}]}
    found = {**of.bundle.objects[0], "spec": {"replicas": 1, "template": {"spec": pod}}}
    return replace(of, bundle=replace(of.bundle, objects=(found,)))


def proven(wanted: Candidate | None = None) -> Decision:
    """Production may move to what is wanted, version one: staging is stable at it, and Jane signed for it."""
    wanted = wanted or made.candidate()
    return decision(wanted, made.evidence(made.candidate("staging"), made.approval(wanted)))


def waiting(ledger: Ledger | None = None, image: str = "one") -> Decision:
    """Nobody signed for what production is to become."""
    return decision(made.candidate(image=image), made.evidence(made.candidate("staging")), ledger)


def instance(of: Candidate | Record, **more: Any) -> Found:
    """The component of an instance that says it is a candidate or a record."""
    record = of if isinstance(of, Record) else made.record(of)
    props = {"version": record.version, "manifests": record.manifests} | more
    return Found(INSTANCE, ID, HERE, props, f"{URN}pulumi:pulumi:Stack::pvn-production")


def child(of: Candidate, change: dict[str, Any] | None = None, **more: Any) -> Found:
    """The object of a candidate as the program registers it; `change` replaces fields of the object."""
    (found,) = with_version(of.bundle.objects, of.version)
    annotations = found["metadata"]["annotations"] | {objects.MANIFESTS: of.bundle.digest}
    props = found | {"metadata": found["metadata"] | {"annotations": annotations}} | (change or {})
    facts: dict[str, Any] = {"parent": HERE, "provider": of.bundle.runtime, "claim": made.record(of)} | more
    kind = facts.pop("type", "kubernetes:apps/v1:Deployment")
    return Found(kind, facts.pop("name", NAME), f"{URN}{INSTANCE}${kind}::{NAME}", props, **facts)


def workload(*containers: dict[str, Any], kind: str = "apps/v1:Deployment", pod: dict[str, Any] | None = None) -> Found:
    """A workload with these containers."""
    spec: dict[str, Any] = {"template": {"spec": {"containers": list(containers)} | (pod or {})}}
    if kind.endswith("CronJob"):
        spec = {"jobTemplate": {"spec": spec}}
    return Found(
        f"kubernetes:{kind}", NAME, f"{URN}x::{NAME}", {"metadata": {"name": "web"}, "spec": spec}, HERE, "k-production"
    )
