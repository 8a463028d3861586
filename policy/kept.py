"""What may not go: clusters, registries, namespaces, and every object of a release that nothing has let go of.

An engine does not show deletions to a policy pack, and a replacement only as the resource that comes. So what the stack has
in the end is compared with what it remembered in the beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from delivery.bundles import Bundle
from delivery.shapes.infrastructure import RegistrySettings, RuntimeSettings
from policy.decision import Decision
from policy.found import INSTANCE, Found
from policy.rule import Objections, Rule

_RESISTS_DELETION = frozenset(
    {
        "aws:eks/cluster:Cluster",
        "aws:ecr/repository:Repository",
        "azure-native:containerregistry:Registry",
        "azure-native:containerservice:ManagedCluster",
        "gcp:artifactregistry/repository:Repository",
        "gcp:container/cluster:Cluster",
        "kwok:index:Cluster",
    }
)


def unprotected(found: Found, decision: Decision) -> Objections:
    """Object to a cluster or registry that the engine would delete or replace although its stack file protects it."""
    settings = decision.settings
    owners: dict[str, RuntimeSettings | RegistrySettings] = {one.name: one for one in settings.runtimes}
    owners |= {one.name: one for one in settings.registries}
    owner = owners.get(found.parent_name)
    is_its_own = owner is not None and (found.name == owner.name or found.name.startswith(f"{owner.name}/"))
    if is_its_own and getattr(owner, "protect", False) and not found.is_protected:
        yield f"{found.name} is to be protected by Pulumi.{decision.stack}.yaml, and is registered without `protect`"


def lost(found: Sequence[Found], decision: Decision) -> Iterator[str]:
    """Yield what runs, has no tombstone, and would not be in the stack any more."""
    there = {(one.type.rpartition(":")[2], one.name) for one in found}
    components = {(one.type.split(":")[-1], one.name) for one in found if one.type.startswith("pvn:")}
    for kind, component, listed in (
        ("runtimes", "Runtime", {one.name for one in decision.settings.runtimes} | _runtimes(decision)),
        ("registries", "Registry", {one.name for one in decision.settings.registries}),
    ):
        for name in sorted(decision.recorded.get(kind, frozenset()) & listed):
            if (component, name) not in components:
                yield f"{component.lower()} {name!r} would go, and it is still in use: nothing says that it may"
    for instance, running in sorted(decision.running.items()):
        yield from _lost_of(instance, running, decision, there)


def _runtimes(decision: Decision) -> set[str]:
    return {bundle.runtime for bundle in decision.running.values()}


def _lost_of(instance: str, running: Bundle, decision: Decision, there: set[tuple[str, str]]) -> Iterator[str]:
    if (INSTANCE.rpartition(":")[2], instance) not in there:
        yield f"{instance} would go: it runs, and no tombstone lets it go"
        return
    allowed = decision.allowed.get(instance, {}).values()
    missing = [sorted(set(_names(one)) - there) for one in allowed or (running,)]
    if all(missing):
        kind, name = min(missing, key=len)[0]
        yield f"{instance} would lose {kind} {name}: it is part of its release"


def _names(bundle: Bundle) -> Iterable[tuple[str, str]]:
    """Yield the kinds and names of the resources that a bundle's objects are, its namespace among them."""
    if bundle.namespace:
        yield "Namespace", f"{bundle.runtime}/{bundle.namespace}"
    for one in bundle.objects:
        metadata = one["metadata"]
        yield one["kind"], "/".join(filter(None, (bundle.runtime, metadata.get("namespace"), metadata["name"])))


PROTECTION = Rule(
    "protection",
    "Clusters and registries that their stack file protects are registered as protected.",
    lambda found: found.type in _RESISTS_DELETION,
    unprotected,
)
