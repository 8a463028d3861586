"""The environment that containers get, and what the manifest says itself."""

from __future__ import annotations

from typing import Any

import pytest

from delivery.instances import SecretKeyRef
from delivery.manifests import kinds, render
from tests.unit.manifests.made import HEAD, deployment, instance

OWN = [{"name": "PVN_RELEASE_CHANNEL", "value": "staging"}, {"name": "PVN_SERVICE", "value": "web"}]


def containers(text: str, **changed: Any) -> Any:
    [found] = render(instance(text, **changed)).objects
    pod = found["spec"]["template"]["spec"]
    return {one["name"]: one.get("env") for one in [*pod.get("initContainers", []), *pod["containers"]]}


def test_containers_are_told_their_channel_and_service():
    assert containers(deployment()) == {"web": OWN}


def test_the_instances_environment_follows_by_name():
    given = {"LEVEL": "debug", "KEY": SecretKeyRef("db", "password")}
    secret = {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}
    assert containers(deployment(), env=given) == {"web": [*OWN, secret, {"name": "LEVEL", "value": "debug"}]}


def test_what_the_manifest_sets_itself_wins_and_may_refer_to_what_comes_before():
    own = "[{name: LEVEL, value: info}, {name: ID, value: $(PVN_SERVICE)}, {name: PVN_SERVICE, value: mine}]"
    found = containers(deployment(containers=f"[{{name: web, env: {own}}}]"), env={"LEVEL": "debug", "NEW": "1"})
    assert found["web"] == [
        OWN[0],
        {"name": "NEW", "value": "1"},
        {"name": "LEVEL", "value": "info"},
        {"name": "ID", "value": "$(PVN_SERVICE)"},
        {"name": "PVN_SERVICE", "value": "mine"},
    ]


def test_init_containers_get_it_too():
    text = deployment() + "      initContainers: [{name: migrate, image: web}]\n"
    assert containers(text) == {"migrate": OWN, "web": OWN}


def test_injection_can_be_turned_off():
    assert containers(deployment(), env={"A": "1"}, injects_env=False) == {"web": None}


@pytest.mark.parametrize(
    ("of", "path"), kinds.POD_SPECS.items(), ids=lambda value: value[1] if value[0] in ("", "apps", "batch") else ""
)
def test_every_workload_of_kubernetes_gets_it(of, path):
    group, kind = of
    spec = "{containers: [{name: c}]}"
    for step in reversed(path):
        spec = f"{{{step}: {spec}}}"
    text = f"apiVersion: {group + '/v1' if group else 'v1'}\nkind: {kind}\nmetadata: {{name: a}}\n{spec[1:-1]}\n"
    [found] = render(instance(text)).objects
    for step in path:
        found = found[step]
    assert found["containers"] == [{"name": "c", "env": OWN}]


@pytest.mark.parametrize("kind", ["example.com/v1\nkind: Deployment", "v1\nkind: PodTemplate"])
def test_other_kinds_are_left_alone(kind):
    text = f"apiVersion: {kind}\nmetadata: {{name: a}}\nspec: {{template: {{spec: {{containers: [{{name: c}}]}}}}}}\n"
    assert containers(text) == {"c": None}


@pytest.mark.parametrize("body", ["", "spec:\n", "spec: {template: []}\n", "spec: {template: {spec: {containers: [1]}}}\n"])
def test_a_workload_of_another_shape_is_left_for_the_api_server_to_refuse(body):
    text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n" + body
    [found] = render(instance(text)).objects
    assert "env" not in str(found)


def test_a_config_map_has_no_environment():
    [found] = render(instance(HEAD)).objects
    assert set(found) == {"apiVersion", "kind", "metadata"}
