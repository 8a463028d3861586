"""Small projects for tests that look across files: one line a file where possible."""

from __future__ import annotations

from pathlib import Path

import pytest

from delivery import channels, checks, tree
from delivery.instances import ServiceInstance
from delivery.problems import Refused
from delivery.tree import Tree

HOME = "applications/shop"
SERVICE = """
service:
  name: web
  application: shop
  kubernetesConfig: {type: KUBERNETES, local: {path: .}}
"""
STACK = """
config:
  pvn:runtimes:
    - {name: k-staging, type: local, labels: {env: staging, region: eu}}
    - {name: k-eu, type: local, labels: {env: production, region: eu}}
    - {name: k-us, type: local, labels: {env: production, region: us}}
  pvn:registries: [{name: docker-hub, type: external, url: docker.io}]
"""


def write(root: Path, application: str, **more: str) -> Path:
    """Write a project with the application `shop`; `more` are other files, by `service`, `manifest`, `stack`,
    `release` or `runtime`."""
    files = {
        f"{HOME}/shop.pvn.yaml": f"application:\n  name: shop\n{application}",
        f"{HOME}/web/web.pvn.yaml": more.get("service", SERVICE),
        f"{HOME}/web/web.yaml": more.get("manifest", "kind: ConfigMap\napiVersion: v1\nmetadata: {name: web}\n"),
        "Pulumi.here.yaml": more.get("stack", STACK),
        "releases/shop.yaml": more.get("release", ""),
        f"{HOME}/runtime.pvn.yaml": more.get("runtime", ""),
    }
    for name, text in files.items():
        if text:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
    return root


def checked(root: Path) -> Tree:
    """Return the checked tree of a project that is right."""
    return checks.check(tree.read(root))


def said(root: Path) -> str:
    """Return what is said of a project that is not."""
    with pytest.raises(Refused) as refused:
        channels.resolve(checked(root))
    return str(refused.value)


def instances(root: Path) -> dict[str, ServiceInstance]:
    """Return the instances of the service `web`, by channel."""
    return {one.channel: one for one in channels.resolve(checked(root)) if one.service == "web"}
