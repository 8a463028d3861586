"""A CustomResourceDefinition of one service says where the resources of all services live."""

from __future__ import annotations

from delivery.instances import Runtime
from delivery.manifests import collisions, render, settled
from tests.unit.manifests.made import instance

THING = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\n"
DEFINITION = (
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.com}\n"
    "spec: {group: example.com, scope: Cluster, names: {kind: Thing}}\n"
)


def test_a_definition_in_another_service_takes_the_namespace_away():
    owner, user = instance(DEFINITION, service="operator"), instance(THING)
    _, (_, found) = settled((one, render(one)) for one in (owner, user))
    assert "namespace" not in found.objects[0]["metadata"]
    assert found.places == render(user).places


def test_a_definition_on_another_runtime_says_nothing():
    owner = instance(DEFINITION, service="operator", runtime=Runtime("elsewhere"))
    _, (_, found) = settled((one, render(one)) for one in (owner, instance(THING)))
    assert found.objects[0]["metadata"]["namespace"] == "shop-staging"


def test_resources_that_turn_out_to_have_no_namespace_can_collide():
    things = [instance(THING), instance(THING, channel="canary", namespace="shop-canary")]
    pairs = [(one, render(one)) for one in [instance(DEFINITION, service="operator"), *things]]
    assert not collisions(pairs)
    assert len(collisions(settled(pairs))) == 1
