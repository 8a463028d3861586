"""An object that the provider calls done counts once its controller has seen the change, and fails where it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from components import isolation
from components.rollouts import Rollouts
from delivery import objects, states
from delivery.objects import ObjectKey
from evidence import rollouts
from tests.components.recording import Recording, run
from tests.components.test_isolation import Strict

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
WEB = ObjectKey("apps/v1", "Deployment", "shop", "web")


class Hasty(mocks.Mocks):
    """A provider that answers with an object as it was before the change."""

    def __init__(self, seen: int | None) -> None:
        self._status = {} if seen is None else {"observedGeneration": seen}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if "metadata" not in args.inputs:
            return args.name, dict(args.inputs)
        return args.name, {**args.inputs, "metadata": {**args.inputs["metadata"], "generation": 2}, "status": self._status}

    def call(self, args: mocks.MockCallArgs) -> Any:
        raise AssertionError(f"nobody asks for {args.token}")


class Asked(list[tuple[str, str, ObjectKey, float]]):
    """The questions that a cluster was asked: its name, its kubeconfig, the object and for how long."""

    def __init__(self, answer: str | None) -> None:
        self.answer = answer

    def __get__(self, cluster: rollouts.Rollouts, _: type) -> Callable[[ObjectKey, float], str | None]:
        return partial(self.settle, cluster)

    def settle(self, cluster: rollouts.Rollouts, key: ObjectKey, seconds: float) -> str | None:
        self.append((cluster.runtime, cluster.kubeconfig, key, seconds))
        return self.answer


def update(
    monkeypatch: pytest.MonkeyPatch, answer: str | None, seen: int | None = 1, unchanged: str = "", **annotations: str
) -> Any:
    """Apply a Deployment and what waits for it; return what was registered, what was asked, and whether values are known."""
    asked = Asked(answer)
    monkeypatch.setattr(rollouts.Rollouts, "settle", asked)
    recording = Strict(cloud=Hasty(seen))
    known: list[bool] = []

    def program() -> None:
        isolation.begin(lambda failed: "", Rollouts([unchanged]).has_stalled)
        config = pulumi.Output.secret("the way in")
        provider = pulumi.ProviderResource("kubernetes", "k", {"kubeconfig": config})
        service = pulumi.ComponentResource(states.INSTANCE, "shop/staging/web")
        opts = pulumi.ResourceOptions(
            parent=service, provider=provider, custom_timeouts=pulumi.CustomTimeouts(create="9s", update="9s")
        )
        web = pulumi.CustomResource(DEPLOYMENT, "web", _manifest("Deployment", "web", annotations), opts)
        after = pulumi.ResourceOptions(parent=service, provider=provider, depends_on=[web])
        pulumi.CustomResource("kubernetes:batch/v1:Job", "check", _manifest("Job", "check", {objects.HURRY: "true"}), after)
        pulumi.CustomResource("kubernetes:core/v1:ConfigMap", "beside", {}, pulumi.ResourceOptions(provider=provider))
        metadata = getattr(web, "metadata")  # noqa: B009 - set by its input's name
        metadata.apply(lambda _: known.append(True))

    try:
        run(program, recording)
    except pulumi.RunError as wrong:
        return recording, asked, bool(known), str(wrong)
    return recording, asked, bool(known), ""


def _manifest(kind: str, name: str, annotations: Mapping[str, str]) -> dict[str, Any]:
    api = "batch/v1" if kind == "Job" else "apps/v1"
    metadata = {"name": name, "namespace": "shop", "annotations": dict(annotations)}
    return {"apiVersion": api, "kind": kind, "metadata": metadata}


def applied(recording: Recording) -> set[str]:
    return {one.name for one in recording.made if one.cloud == "kubernetes"}


def test_what_the_provider_calls_done_too_early_is_asked_of_the_cluster_for_as_long_as_a_rollout_may_take(monkeypatch):
    recording, asked, is_known, said = update(monkeypatch, answer=None)
    assert asked == [("k", "the way in", WEB, 5.0)]
    assert (is_known, said, recording.is_done) == (True, "", True)
    assert applied(recording) == {"web", "check", "beside"}


def test_a_rollout_that_stalls_fails_the_update_and_only_what_needs_it_is_left_out(monkeypatch, caplog):
    recording, asked, is_known, said = update(monkeypatch, answer="its controller has seen generation 1 of 2")
    assert (is_known, recording.is_done) == (False, False)
    assert "nothing is deleted" in said
    assert applied(recording) == {"web", "beside"}
    assert [seconds for *_, seconds in asked] == [5.0, 4.0]
    told = caplog.text
    assert "Deployment shop/web in 'k': its controller has seen generation 1 of 2" in told
    assert "fix: " in told


@pytest.mark.parametrize(
    ("seen", "more"),
    [(2, {}), (None, {}), (1, {objects.HURRY: "true"}), (1, {"unchanged": "shop/staging/web"})],
    ids=["seen by its controller", "says nothing of that", "its manifest asks nobody to wait", "completed before"],
)
def test_nobody_asks_a_cluster_without_a_reason(monkeypatch, seen, more):
    recording, asked, is_known, _ = update(monkeypatch, answer="never", seen=seen, **more)
    assert (asked, is_known, recording.is_done) == ([], True, True)
