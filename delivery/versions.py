"""IDENTIFY: the version of a service, and the bundle that one instance of it would apply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from delivery import canonical
from delivery.bundles import Bundle
from delivery.instances import Bypass, ServiceInstance
from delivery.records import Record


class Candidate(Struct, frozen=True):
    """An instance as the tree wants it now: what the gates decide about."""

    instance: ServiceInstance
    version: str
    """The service as desired: its config, manifest files and parameter values for every channel. Equal in all channels."""
    bundle: Bundle
    """The rendered objects and where they go. Differs per channel."""
    is_rollback: bool = False
    """True where version and bundle are those of a release that was completed here before."""

    @property
    def record(self) -> Record:
        """What is remembered of this candidate once it has been applied."""
        return Record(self.version, self.bundle.digest)

    @property
    def bypass(self) -> Bypass:
        """What this candidate need not wait for: nothing, unless it is a rollback."""
        return self.instance.bypass if self.is_rollback else Bypass()


def identify(instance: ServiceInstance, objects: Sequence[dict[str, Any]]) -> Candidate:
    """Return the candidate for an instance whose objects were rendered without the version annotation."""
    namespace = instance.namespace if instance.owns_namespace else None
    return Candidate(instance, version_of(instance), Bundle(instance.runtime.name, namespace, tuple(objects)))


def version_of(instance: ServiceInstance) -> str:
    """Return the version that promotion speaks of; it needs no rendering."""
    return canonical.digest(instance.definition)
