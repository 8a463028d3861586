"""Which secrets each namespace of a stack may read, and how they come into it: those that its services were given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from delivery.manifests import mounts
from delivery.plan import Step
from delivery.shapes.infrastructure import ProvisionedRuntime, RuntimeSettings, SecretReference

Secrets = dict[str, dict[str, str]]
"""By the name of a Kubernetes Secret and a key of it: the name of a secret in the cloud's store."""


class Reading(Struct, frozen=True):
    """What one namespace reads. Services of one namespace may share a Secret."""

    fetched: Secrets
    """What an operator fetches, whatever pods do."""
    mounted: Secrets
    """What is there while a pod mounts it."""

    @property
    def names(self) -> tuple[str, ...]:
        """The secrets of the store, each once and in order."""
        found = [*self.fetched.values(), *self.mounted.values()]
        return tuple(sorted({name for keys in found for name in keys.values()}))


def references(runtimes: Iterable[RuntimeSettings], steps: Iterable[Step]) -> Mapping[tuple[str, str], Reading]:
    """Return what each (runtime, namespace) reads.

    What pods do with a secret decides how it comes, and not the stack file: the checks hold new objects to the file, and
    those that are held go on as they are. A service that runs nowhere yet has no namespace to read anything in.
    """
    given: dict[tuple[str, str], list[SecretReference]] = {}
    for runtime in runtimes:
        for one in runtime.secrets if isinstance(runtime, ProvisionedRuntime) else ():
            given.setdefault((runtime.name, one.service), []).append(one)
    found: dict[tuple[str, str], Reading] = {}
    for step in steps:
        instance = step.candidate.instance
        own = given.get((step.bundle.runtime, f"{instance.application}/{instance.service}")) if step.bundle else None
        if step.bundle and own:
            home = step.bundle.runtime, step.bundle.namespace or instance.namespace
            _add(found.setdefault(home, Reading({}, {})), own, mounts.classes(step.bundle.objects))
    return found


def _add(reading: Reading, given: Iterable[SecretReference], mounted: frozenset[str]) -> None:
    for one in given:
        into = reading.mounted if one.name in mounted else reading.fetched
        into.setdefault(one.name, {}).update(one.keys)
