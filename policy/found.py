"""A resource as the engine shows it to a rule, in plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from pulumi_policy import PolicyResource, ResourceValidationArgs

from delivery import states
from delivery.manifests import kinds
from delivery.records import Record

KUBERNETES = "kubernetes:"
INSTANCE = states.INSTANCE


class Found(Struct, frozen=True):
    """One resource of an update."""

    type: str
    """The type token, such as `kubernetes:apps/v1:Deployment`."""
    name: str
    urn: str
    props: Mapping[str, Any]
    """Its inputs. What is not known yet raises UnknownValueError when it is looked at."""
    parent: str = ""
    """The URN of its parent; empty for the stack itself."""
    provider: str | None = None
    """The name of its provider; None for what has none, as components do."""
    is_protected: bool = False
    claim: Record | None = None
    """The release that its instance says it is; None outside of instances."""

    @property
    def parent_name(self) -> str:
        """The name of its parent, which for an object is the id of its service instance."""
        return self.parent.rpartition("::")[2]

    @property
    def kind(self) -> tuple[str, str]:
        """(API group, kind) of a Kubernetes object, as its type token has it."""
        _, version, kind = self.type.split(":")
        return kinds.group("" if version.startswith("core/") else version), kind

    @property
    def is_workload(self) -> bool:
        """True where it runs pods."""
        return self.type.startswith(KUBERNETES) and self.kind in kinds.POD_SPECS

    @property
    def pod(self) -> Mapping[str, Any]:
        """The spec of the pods that a workload runs; empty where it has none."""
        spec: Any = self.props
        for name in kinds.POD_SPECS[self.kind]:
            spec = spec.get(name) or {}
        return dict(spec)

    @property
    def containers(self) -> Sequence[Mapping[str, Any]]:
        """Every container of a workload's pods, those that only prepare among them."""
        pod = self.pod
        return [one for group in ("initContainers", "containers", "ephemeralContainers") for one in pod.get(group) or ()]


def of(args: ResourceValidationArgs | PolicyResource, claim: Record | None = None) -> Found:
    """Return a resource as the engine gave it."""
    provider = args.provider.name if args.provider else None
    parent = args.opts.parent or ""
    return Found(args.resource_type, args.name, args.urn, args.props, parent, provider, args.opts.protect, claim)


def plain(value: Any) -> Any:
    """Return a value as JSON has it, without what is null. Raises UnknownValueError where any part is not known yet."""
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items() if one is not None}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(one) for one in value]
    # the wire has one kind of number
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
