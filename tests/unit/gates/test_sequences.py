"""Whatever order things happen in, production runs only what an open verdict or a completed record put there.

A model of the world beside the real decisions: people release, change settings, sign, fail, roll back, add and remove
services; updates read the stack's outputs as the engine would have written them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery import gates, rollbacks
from delivery.facts import Evidence, Live
from delivery.instances import Bypass, Rollback
from delivery.plan import Action, Step, plan
from delivery.problems import Refused, Spot
from delivery.records import UNKNOWN, Ledger, read
from delivery.structs import replace
from delivery.tombstones import Tombstones
from delivery.unknown import Unknown
from delivery.versions import Candidate
from tests.unit.made import NOW, approval, candidate, live, record

SERVICES = ("web", "api")
EVERYTHING = Bypass(ordering=True, approvals=True, protections=True)
HERE = Spot("releases/shop.yaml", 1, 1)


@dataclass
class World:
    """What people wrote, what the stack remembers, and what its cluster runs."""

    image: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SERVICES, 0))
    setting: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SERVICES, 0))
    there: set[str] = field(default_factory=lambda: set(SERVICES))
    tombstones: set[str] = field(default_factory=set)
    pins: dict[str, Rollback] = field(default_factory=dict)
    signed: list[Candidate] = field(default_factory=list)
    is_stable: bool = True
    outputs: tuple[Any, Any] = (None, None)
    cluster: dict[str, str] = field(default_factory=dict)
    """Manifests digest by service: what production runs."""
    completed: dict[str, str] = field(default_factory=dict)
    """Manifests digest by service of the last update that went through."""
    opened: set[str] = field(default_factory=set)
    """Digests that were signed and proven when an update began, or completed before: all that may ever run."""

    def wanted(self, service: str, channel: str = "production") -> Candidate:
        image = f"{self.image[service]}/{self.setting[service]}"
        version = f"v{self.image[service]}"
        return candidate(channel, image=image, version=version, service=service, bypass=EVERYTHING)

    def held(self, service: str) -> Candidate:
        found = self.wanted(service)
        return replace(found, instance=replace(found.instance, rollback=self.pins.get(service)))

    def evidence(self, ledger: Ledger, ill: set[str]) -> Evidence:
        staging = [self.wanted(one, "staging") for one in SERVICES]
        known: dict[str, Any] = {one.instance.id: {"current": record(one).text} for one in staging}
        texts = {one.bundle.digest: one.bundle.text for one in staging}
        upstream: Live = {key: found for one in staging for key, found in live(one).items()}
        own: dict[Any, Any] = {}
        for name in ill:
            begun = self.wanted(name)
            own |= live(begun, ailment="0 of 1 pods are ready", applied=NOW - timedelta(hours=1))
        return Evidence(
            NOW,
            {"staging": read("staging", known, texts)},
            {"k-staging": upstream if self.is_stable else Unknown("down", "…"), "k-production": own},
            tuple(approval(one) for one in self.signed),
        )

    def up(self, fails: set[str], ill: set[str]) -> None:
        ledger = read("production", *self.outputs)
        try:
            found = rollbacks.pinned([self.held(one) for one in sorted(self.there)], ledger)
            evidence = self.evidence(ledger, ill)
            siblings = {one: {"staging": self.wanted(one, "staging")} for one in SERVICES}
            verdicts = {
                one.instance.id: gates.decide(one, siblings[one.instance.service], ledger.history(one.instance.id), evidence)
                for one in found
            }
            gone = Tombstones(frozenset(("shop", one) for one in self.tombstones))
            steps = plan(found, verdicts, ledger, ["k-production"], gone).steps
        except Refused:
            return  # nothing was registered, so nothing changes
        self.check(steps)
        self.write(steps, fails, {one.instance.service for one in found})

    def check(self, steps: tuple[Step, ...]) -> None:
        """Ask the model what each step may do, before it is done."""
        for one in steps:
            service = one.candidate.instance.service
            is_proven = self.is_stable and any(said == self.wanted(service) for said in self.signed)
            is_old = one.record is not None and one.record.manifests in {*self.opened} and service in self.pins
            if is_proven or is_old:
                self.opened.add(one.candidate.bundle.digest)
            if one.bundle is not None:
                assert one.bundle.digest in self.opened, "production would run what nobody let through"
            if one.action is not Action.APPLY and service in self.completed:
                assert one.bundle is not None, "what is held would be deleted"
                assert one.bundle.digest == self.completed[service], "what is held would change"

    def write(self, steps: tuple[Step, ...], fails: set[str], present: set[str]) -> None:
        releases, texts = {}, {}
        for one in steps:
            service = one.candidate.instance.service
            if one.bundle is None or one.record is None:
                assert service not in self.completed, "a completed release would be lost"
                continue
            self.cluster[service] = one.bundle.digest
            texts[one.bundle.digest] = one.bundle.text
            if service not in fails:
                self.completed[service] = one.bundle.digest
            kept = {"last": one.last, "previous": one.previous, "tried": one.tried, "failed": one.failed}
            current = UNKNOWN if service in fails else one.record.text
            releases[one.candidate.instance.id] = {
                "current": current,
                **{name: found.text if found else None for name, found in kept.items()},
            }
            for found in (one.last, one.previous):
                if found:
                    texts[found.manifests] = self.text(found.manifests)
        for service in {*self.cluster} - present:
            assert service in self.tombstones, "something was deleted that nobody let go of"
            self.cluster.pop(service)
            self.completed.pop(service, None)
        self.outputs = (releases, {**self._kept(), **texts})

    def text(self, digest: str) -> str:
        return str(self._kept()[digest])

    def _kept(self) -> dict[str, str]:
        return dict(self.outputs[1] or {})

    def roll_back(self, service: str) -> None:
        history = read("production", *self.outputs).history(self.wanted(service).instance.id)
        if older := [one for one in history.known if one != history.effective]:
            self.pins[service] = Rollback(older[0].version, older[0].manifests, "", HERE)


service = st.sampled_from(SERVICES)
some = st.sets(service)
moves = st.lists(
    st.one_of(
        st.tuples(st.just("release"), service, st.integers(0, 3)),
        st.tuples(st.just("set"), service, st.integers(0, 2)),
        st.tuples(st.just("approve"), service, st.none()),
        st.tuples(st.just("up"), some, some),
        st.tuples(st.just("up"), st.just(set()), st.just(set())),
        st.tuples(st.just("roll back"), service, st.none()),
        st.tuples(st.just("lift"), service, st.none()),
        st.tuples(st.just("remove"), service, st.booleans()),
        st.tuples(st.just("add"), service, st.none()),
        st.tuples(st.just("staging"), st.just(""), st.booleans()),
    ),
    max_size=30,
)


@given(moves)
def test_production_runs_only_what_was_let_through_and_nothing_held_is_lost(moves):
    world = World()
    for what, whom, how in moves:
        match what:
            case "release":
                world.image[whom] = how
            case "set":
                world.setting[whom] = how
            case "approve":
                world.signed.append(world.wanted(whom))
            case "up":
                world.up(whom, how)
            case "roll back":
                world.roll_back(whom)
            case "lift":
                world.pins.pop(whom, None)
            case "remove":
                world.there.discard(whom)
                world.pins.pop(whom, None)
                (world.tombstones.add if how else world.tombstones.discard)(whom)
            case "add":
                world.there.add(whom)
                world.tombstones.discard(whom)
            case "staging":
                world.is_stable = how
        assert set(world.cluster.values()) <= world.opened


def test_the_model_can_tell_a_gate_that_lets_everything_through(monkeypatch):
    """A property that cannot fail proves nothing: with a gate that is always open, the model objects."""
    open_gate = gates.Verdict((gates.Answer("gate", gates.State.OPEN, "whatever"),))
    monkeypatch.setattr(gates, "decide", lambda *_: open_gate)
    with pytest.raises(AssertionError, match="nobody let through"):
        World().up(set(), set())


def test_a_candidate_with_other_settings_needs_another_signature():
    world = World(signed=[World().wanted("web")])
    world.setting["web"] = 1
    world.up(set(), set())
    assert world.cluster == {}
    assert replace(world.wanted("web"), version="v9") != world.wanted("web")
