"""A whole stack on each cloud: the shipped applications, on the clusters and with the images of examples/."""

from __future__ import annotations

import pytest

from tests.components.examples import made
from tests.components.recording import CLOUDS, Recording


@pytest.fixture(scope="module", params=["aws", "azure", "gcp"])
def production(request, tmp_path_factory) -> Recording:
    return made(tmp_path_factory.mktemp(request.param), request.param, "production")


def test_every_object_of_every_service_is_applied_through_the_clusters_own_provider(production):
    objects = production.one("pulumi:providers:kubernetes")
    applied = [one for one in production.made if one.type.startswith("kubernetes:")]
    assert {one.provider for one in applied} == {objects.urn}
    assert {one.inputs["kind"] for one in applied} >= {"Namespace", "Deployment", "ConfigMap", "Service", "ExternalSecret"}


def test_what_a_service_was_given_is_fetched_into_the_namespace_of_its_channel(production):
    fetched, store = production.one(":ExternalSecret"), production.one(":SecretStore")
    namespace = production.one(":Namespace", "kubernetes-production/pvn-my-app-rc-production")
    assert fetched.inputs["metadata"] == {"name": "my-backend", "namespace": "pvn-my-app-rc-production"}
    assert production.reaches(store, namespace)


def test_nothing_of_a_whole_stack_is_made_through_a_provider_that_nobody_named(production):
    assert [one.name for one in production.made if one.custom and one.cloud in CLOUDS and not one.provider] == []


@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp"])
def test_the_stack_of_the_images_makes_no_cluster_and_touches_none(tmp_path, cloud):
    shared = made(tmp_path, cloud, "shared")
    assert {one.type.split(":")[2] for one in shared.made if one.type.startswith("pvn:")} == {"Account", "Registry", "Push"}
    assert not shared.of("pulumi:providers:kubernetes")
