"""Which secrets each namespace of a stack may read: those that its services were given, and no others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from delivery.plan import Step
from delivery.shapes import ProvisionedRuntime, RuntimeSettings, SecretReference


def references(
    runtimes: Iterable[RuntimeSettings], steps: Iterable[Step]
) -> Mapping[tuple[str, str], tuple[SecretReference, ...]]:
    """Return the references of each (runtime, namespace), in the order of the stack file.

    A service that runs nowhere yet has no namespace to read anything in.
    """
    homes: dict[str, dict[str, set[str]]] = {}
    for step in steps:
        if step.bundle:
            instance = step.candidate.instance
            namespaces = homes.setdefault(step.bundle.runtime, {}).setdefault(
                f"{instance.application}/{instance.service}", set()
            )
            namespaces.add(step.bundle.namespace or instance.namespace)
    found: dict[tuple[str, str], tuple[SecretReference, ...]] = {}
    for runtime in runtimes:
        for one in runtime.secrets if isinstance(runtime, ProvisionedRuntime) else ():
            for namespace in sorted(homes.get(runtime.name, {}).get(one.service, ())):
                key = runtime.name, namespace
                found[key] = (*found.get(key, ()), one)
    return found
