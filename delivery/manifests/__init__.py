"""RENDER: a service instance's manifests to Kubernetes objects, as kubectl would load them.

    templates ─▶ text ─▶ documents ─▶ objects ─▶ patched ─▶ owned (namespace, labels) ─▶ with environment ─▶ in order

Nothing here knows a cloud, a cluster or the clock: the same instance gives the same objects.
"""

from __future__ import annotations

from delivery.manifests.collisions import collisions
from delivery.manifests.rendered import KubernetesObject, Rendered
from delivery.manifests.rendering import render, with_version
from delivery.manifests.scopes import settled
from delivery.manifests.writing import text

__all__ = ["KubernetesObject", "Rendered", "collisions", "render", "settled", "text", "with_version"]
