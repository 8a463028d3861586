"""Which images the pods of rendered objects pull, and with whose credentials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from delivery.bundles import Objects
from delivery.manifests import environment


class Pull(Struct, frozen=True, order=True):
    """One image, as nodes will ask for it."""

    image: str
    """The whole reference, as it stands in the manifest."""
    namespace: str
    secrets: tuple[str, ...]
    """The Secrets of that namespace with credentials for registries, which nodes try one after the other."""

    @property
    def address(self) -> str:
        """The registry and the repository."""
        name = self.image.partition("@")[0]
        head, colon, tail = name.rpartition(":")
        return head if colon and "/" not in tail else name

    @property
    def reference(self) -> str:
        """The digest, where the image has one, or the tag."""
        name, _, digest = self.image.partition("@")
        return digest or name[len(self.address) + 1 :] or "latest"


def of(objects: Objects) -> Iterator[Pull]:
    """Yield every image of every workload that Kubernetes itself knows."""
    for found in objects:
        pod = environment.pod_spec(found)
        secrets = tuple(_names(pod))
        for container in environment.containers(found):
            if isinstance(image := container.get("image"), str):
                yield Pull(image, found["metadata"].get("namespace", ""), secrets)


def _names(pod: Mapping[str, Any]) -> Iterator[str]:
    for one in pod.get("imagePullSecrets") or ():
        if isinstance(one, Mapping) and isinstance(name := one.get("name"), str):
            yield name
