"""A bundle: the objects of one service instance and where they go, in a text that is the same for the same thing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from delivery import canonical

Objects = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Bundle:
    """What one release of one instance puts on which runtime; the version annotation is not part of it."""

    runtime: str
    namespace: str | None
    """The namespace that is made for the instance; None where it must exist already."""
    objects: Objects
    """Kubernetes objects in the order in which they are applied."""

    @cached_property
    def text(self) -> str:
        """The canonical JSON of the bundle: what stacks keep, byte for byte."""
        return canonical.text({"runtime": self.runtime, "namespace": self.namespace, "objects": self.objects})

    @cached_property
    def digest(self) -> str:
        """The manifests digest: what approvals name."""
        return canonical.digest(self.text)


def parse(text: str) -> Bundle:
    """Return the bundle of a canonical text. Raises ValueError, KeyError or TypeError where it is not one."""
    fields = json.loads(text)
    return Bundle(fields["runtime"], fields["namespace"], tuple(fields["objects"]))
