"""What rendering gives: the objects of one service instance, and where each comes from."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from msgspec import Struct

from delivery.manifests.places import Place
from delivery.problems import Spot

KubernetesObject = dict[str, Any]
"""Plain JSON data, as kubectl would send it."""


class Rendered(Struct, frozen=True, dict=True):
    """The objects of one service instance, in the order in which they are applied."""

    objects: tuple[KubernetesObject, ...]
    """Without the version annotation: see `with_version`."""
    places: tuple[Place, ...]
    """The document that each object comes from, in the same order."""

    @cached_property
    def spots(self) -> tuple[Spot, ...]:
        """The file and line of each object, in the same order. Found only when asked for: nobody asks when all is well."""
        return tuple(place.spot for place in self.places)
