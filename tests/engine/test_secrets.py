"""Secrets by reference on the real engine: from a cloud's store into the Secret that a pod names, past all of ours."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.engine import operators
from tests.engine.emulator.identity import Refused
from tests.engine.project import deployment

VALUE = "correct-horse-battery-staple"


def test_a_secret_goes_from_its_store_into_the_cluster_either_way_and_its_value_is_nowhere_else(cloud):
    account, said = cloud.cloud.accounts["staging"], []
    for name in ("shop-password", "shop-of-others"):
        cloud.world.keep(account, name, VALUE)
    said.append(cloud.up("staging"))
    operators.install(cloud, "staging")

    given = [{"service": "shop/web", "name": "web", "keys": {"PASSWORD": "shop-password"}}]
    cloud.configure("staging", secrets=given, **cloud.cloud.store(account))
    cloud.write("applications/shop/web/deployment.yaml", deployment("web", **reading("web", "PASSWORD")))
    said.append(cloud.up("staging", *LOUDLY))
    assert [one.code for one in said] == [0, 0], said[-1].out
    operators.fetch(cloud, "staging")
    assert operators.values(cloud, "staging", "web") == {"PASSWORD": VALUE}
    with pytest.raises(Refused):
        operators.read(cloud, "staging", "pvn-secrets", "shop-of-others")
    with pytest.raises(Refused):
        operators.read(cloud, "staging", "default", "shop-password")

    made = cloud.made("staging")
    said.append(cloud.up("staging", "--expect-no-changes", "--refresh", *LOUDLY))
    assert said[-1].code == 0, said[-1].out
    assert cloud.made("staging") == made

    cloud.configure("staging", secretsDelivery="csi-driver")
    assert "names Secret 'web', which on 'k-staging' (staging) is there only for pods that mount it" in cloud.pvn("check")
    cloud.write("applications/shop/web/deployment.yaml", deployment("web", **mounting("web", reading("web", "PASSWORD"))))
    said.append(cloud.up("staging", *LOUDLY))
    assert said[-1].code == 0, said[-1].out
    operators.await_end(cloud, "staging", "web")
    operators.mount(cloud, "staging")
    assert operators.values(cloud, "staging", "web") == {"PASSWORD": VALUE}
    assert cloud.made("staging") == made

    assert not telling(cloud.outputs("staging"), *(one.out for one in said))
    assert not telling(cloud.pulumi("stack", "export", "--show-secrets", "--stack", "staging").out)
    assert not [file for file in cloud.home.rglob("*") if file.is_file() and telling(file.read_bytes())]

    said.append(cloud.pulumi("destroy", "--stack", "staging", "--yes", "--skip-preview"))
    assert said[-1].code == 0, said[-1].out
    assert cloud.made("staging") == []
    assert not telling(said[-1].out)


LOUDLY = ("--logtostderr", "-v=9")
"""Whatever the engine knows, it says."""


def reading(secret: str, key: str) -> dict[str, Any]:
    """Return a pod that reads a key of a Secret."""
    variable = {"name": key, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}
    return {"containers": [{"name": "main", "image": "{{.Params.image}}", "env": [variable]}]}


def mounting(name: str, pod: dict[str, Any]) -> dict[str, Any]:
    """Return a pod that mounts a class beside what it does already."""
    source = {"driver": "secrets-store.csi.k8s.io", "readOnly": True, "volumeAttributes": {"secretProviderClass": name}}
    (container,) = pod["containers"]
    container["volumeMounts"] = [{"name": "secrets", "mountPath": "/secrets", "readOnly": True}]
    return {**pod, "serviceAccountName": "pvn-secrets", "volumes": [{"name": "secrets", "csi": source}]}


def telling(*said: object) -> bool:
    """Return whether the value is in what was said, as it is or as Kubernetes writes it."""
    return any(form in str(one) for one in said for form in (VALUE, base64.b64encode(VALUE.encode()).decode()))
