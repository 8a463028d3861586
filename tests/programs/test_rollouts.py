"""A rollout has ended when its cluster says so; a server that misbehaves on demand is asked here."""

import pytest

from delivery.objects import ObjectKey
from evidence import rollouts
from evidence.rollouts import Rollouts
from tests.programs.test_cluster import WEB, deployment, kubeconfig
from tests.programs.test_cluster import api as api  # noqa: PLC0414 - a fixture

ONE = "/apis/apps/v1/namespaces/shop/deployments/web"


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch):
    monkeypatch.setattr(rollouts, "SHORTEST", 0.001)


def at(generation, seen, **more):
    found = deployment()
    found["metadata"]["generation"] = generation
    found["status"]["observedGeneration"] = seen
    return 200, {"apiVersion": "apps/v1", "kind": "Deployment", **found, **more}


def answers_in_turn(*answers):
    waiting = list(answers)
    return lambda _: waiting.pop(0) if len(waiting) > 1 else waiting[0]


def test_a_rollout_is_waited_for_until_its_controller_has_seen_it_and_everything_is_ready(api):
    half = at(2, 2)
    half[1]["status"]["updatedReplicas"] = 0
    api.answers[ONE] = answers_in_turn(at(2, 1), half, at(2, 2))
    assert Rollouts("k", kubeconfig(api.port)).settle(WEB, 30) is None
    assert api.asked.count(ONE) == 3


def test_a_rollout_that_takes_too_long_says_what_it_lacks(api):
    api.answers[ONE] = at(2, 1)
    assert Rollouts("k", kubeconfig(api.port)).settle(WEB, 0) == "its controller has seen generation 1 of 2"


@pytest.mark.parametrize("trouble", [(500, {}), (404, {}), (200, b"<html>")])
def test_a_cluster_that_hiccups_is_asked_again(api, trouble):
    api.answers[ONE] = answers_in_turn(trouble, at(2, 2))
    assert Rollouts("k", kubeconfig(api.port)).settle(WEB, 30) is None


def test_a_cluster_that_does_not_answer_has_settled_nothing(api):
    config = kubeconfig(api.port)
    api.stop()
    why = Rollouts("k", config).settle(WEB, 0)
    assert why is not None
    assert "does not answer" in why


def test_a_kind_that_nobody_knows_is_settled_once_it_says_that_its_controller_has_seen_it(api):
    key = ObjectKey("acme.io/v1", "Queue", "", "jobs")
    api.answers["/apis/acme.io/v1"] = (200, {"resources": [{"name": "queues", "kind": "Queue"}]})
    late, done = ({"metadata": {"generation": 2}, "status": {"observedGeneration": n}} for n in (1, 2))
    api.answers["/apis/acme.io/v1/queues/jobs"] = answers_in_turn((200, late), (200, done))
    assert Rollouts("k", kubeconfig(api.port)).settle(key, 30) is None
