"""Images that are named for good: by digest, where a tag may name another image tomorrow than people looked at today."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

_PINNED = re.compile(r".+@sha256:[0-9a-f]{64}\Z", re.DOTALL)
_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")


class Loose(Struct, frozen=True):
    """An image that a pod names without its digest."""

    user: str
    """Who in the pod wants it, such as `container 'main'`."""
    image: str
    """The reference as it is written; empty where there is none."""

    @property
    def pinned(self) -> str:
        """How to write it."""
        return f"{self.image}@sha256:…"


def loose(pod: Mapping[str, Any]) -> Iterator[Loose]:
    """Yield the images that the spec of a pod names without a digest: those of its containers, and those it mounts.

    What has another shape than Kubernetes knows is yielded too: nobody can say which image it is.
    """
    for group in _CONTAINERS:
        for one in pod.get(group) or ():
            yield from _told("container", one, one.get("image") if isinstance(one, Mapping) else None)
    for one in pod.get("volumes") or ():
        if isinstance(one, Mapping) and (image := one.get("image")) is not None:
            yield from _told("volume", one, image.get("reference") if isinstance(image, Mapping) else None)


def _told(kind: str, owner: Any, image: Any) -> Iterator[Loose]:
    written = image if isinstance(image, str) else ""
    if not _PINNED.match(written):
        name = owner.get("name") if isinstance(owner, Mapping) else None
        yield Loose(f"{kind} {name!r}", written)
