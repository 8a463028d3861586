"""No object has two owners."""

from __future__ import annotations

from delivery.instances import Runtime, ServiceInstance
from delivery.manifests import collisions, render
from tests.unit.manifests.made import config_map, deployment, instance

ROLE = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: reader}\n"


def said(*instances: ServiceInstance) -> list[str]:
    return [str(one) for one in collisions((one, render(one)) for one in instances)]


def test_two_services_of_one_channel_may_not_bring_the_same_object():
    one, other = instance(deployment("x")), instance(config_map("x"), deployment("x"), service="worker")
    assert "\n".join(said(one, other)) == (
        "shop/b.yaml:1: shop/staging/web and shop/staging/worker would both own Deployment 'x' in namespace 'shop-staging' "
        "on runtime 'k-staging'\n  fix: rename it in one of the two, or give the channels namespaces of their own"
    )


def test_two_channels_that_share_a_namespace_may_not_bring_the_same_object():
    shared = {"namespace": "shop", "owns_namespace": False}
    [problem] = said(instance(deployment(), **shared), instance(deployment(), channel="canary", **shared))
    assert "shop/staging/web and shop/canary/web would both own Deployment 'web' in namespace 'shop'" in problem
    assert "give the channels namespaces of their own" in problem


def test_a_version_of_the_api_does_not_make_another_object():
    older = deployment().replace("apps/v1", "apps/v1beta1")
    assert said(instance(deployment()), instance(older, service="worker"))


def test_the_same_name_elsewhere_is_another_object():
    assert not said(
        instance(deployment()),
        instance(deployment(), channel="canary", namespace="shop-canary"),
        instance(deployment(), channel="production", runtime=Runtime("k-production"), stack="production"),
        instance(config_map("web"), service="worker"),
    )


def test_cluster_scoped_objects_collide_across_namespaces():
    [problem] = said(instance(ROLE), instance(ROLE, channel="canary", namespace="shop-canary"))
    assert "would both own ClusterRole 'reader' on runtime 'k-staging'" in problem
    assert "put `{{.Builtins.ReleaseChannel.Name}}` into its name" in problem


def test_a_namespace_that_is_made_for_a_channel_is_nobody_elses():
    text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop-canary}\n"
    canary = instance(deployment(), channel="canary", namespace="shop-canary")
    [problem] = said(instance(text), canary)
    assert "would own the namespace 'shop-canary', which is made for channel 'canary' of 'shop'" in problem
