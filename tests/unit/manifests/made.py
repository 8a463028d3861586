"""Service instances for tests of rendering, made with as few words as possible."""

from __future__ import annotations

from typing import Any

import pytest

from delivery.instances import ManifestFile, Runtime, ServiceInstance
from delivery.manifests import render
from delivery.problems import Refused, Spot

HERE = Spot("shop/web.pvn.yaml", 3)
HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"


def instance(*manifests: str | ManifestFile, **changed: Any) -> ServiceInstance:
    """shop/staging/web in the namespace shop-staging, with manifests a.yaml, b.yaml and so on."""
    files = (
        one if isinstance(one, ManifestFile) else ManifestFile(f"shop/{name}.yaml", one)
        for name, one in zip("abcdef", manifests, strict=False)
    )
    given: dict[str, Any] = {
        "application": "shop",
        "service": "web",
        "channel": "staging",
        "at": HERE,
        "runtime": Runtime("k-staging", {"env": "staging"}),
        "stack": "staging",
        "namespace": "shop-staging",
        "owns_namespace": True,
        "manifests": tuple(files),
        "parameters": {},
        "constants": {},
        "env": {},
        "injects_env": True,
        "patches": (),
        "preconditions": (),
        "progress_deadline": None,
        "keeps_objects": False,
        "definition": "v1",
    }
    return ServiceInstance(**(given | changed))


def refusal(*manifests: str | ManifestFile, **changed: Any) -> str:
    """What a person is told of an instance that cannot be rendered."""
    with pytest.raises(Refused) as refused:
        render(instance(*manifests, **changed))
    return str(refused.value)


def config_map(name: str, **data: object) -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n" + ("data: " + str(data) + "\n" if data else "")


def deployment(name: str = "web", containers: str = "[{name: web, image: web}]") -> str:
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\n"
        f"spec:\n  template:\n    spec:\n      containers: {containers}\n"
    )
