"""A service instance in its cluster: every rendered object as a resource of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from msgspec import Struct, field

from components import kubernetes
from delivery import objects, states
from delivery.bundles import Objects
from delivery.objects import ObjectKey
from delivery.phases import phases


class ServiceInstanceArgs(Struct, frozen=True, kw_only=True):
    """What is applied, and how."""

    objects: Objects
    """Kubernetes objects in order, each with its namespace, labels and version."""
    version: str
    """The version that the objects are of."""
    digest: str
    """The manifests digest of the objects. Each carries it: what an update left out is told from what it did not."""
    runtime: str
    """The runtime's name. With namespace and name it is what a resource is called, so an object that moves from one
    service to another stays the same resource and is never deleted on the way."""
    provider: pulumi.ProviderResource
    namespace: pulumi.Resource | None = None
    """The namespace that the stack makes for the instance; None where it must exist already."""
    cluster: pulumi.Resource | None = None
    """The resource that takes all objects with it when it is deleted."""
    progress_deadline: float | None = None
    """Seconds until a rollout counts as failed. None leaves the provider's own limit of 10 minutes."""
    former: Mapping[ObjectKey, str] = field(default_factory=dict)
    """The apiVersion that an object was applied with before, where it is another one now: a new apiVersion is no new
    object, and must not have the old one deleted after it."""
    keeps_objects: bool = False
    """True where the objects stay in the cluster when the service goes."""
    is_restored: bool = False
    """True where the cluster has others in their place: they are applied although nothing has changed."""


class ServiceInstance(pulumi.ComponentResource):
    """One service in one release channel."""

    applied: pulumi.Output[bool]
    """Whether every object is there, ready, with the version and the digest it was given; unknown where one of them failed.

    False where the engine left an object as it was, as `--target` makes it do.
    """

    def __init__(self, name: str, args: ServiceInstanceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        # what the policy pack is told before any object exists; it judges the claim by itself
        claim = {"version": args.version, "manifests": args.digest}
        super().__init__(states.INSTANCE, name, claim, opts)
        made: list[pulumi.CustomResource] = []
        after: Sequence[pulumi.Resource] = [args.namespace] if args.namespace else []
        for phase in (ordered := phases(args.objects)):
            after = self._apply(phase, args, after)
            made += after
        wanted = [(objects.version(one), args.digest) for phase in ordered for one in phase]
        # an object whose update failed keeps its id; only what the provider says of it becomes unknown. Each is answered
        # before all are put together, which takes an answer apart key by key: twice the program's time for whole metadata
        told = [_is_applied(resource, identity) for resource, identity in zip(made, wanted, strict=True)]
        self.applied = pulumi.Output.all(*told).apply(all)
        self.register_outputs({})

    def _apply(
        self, some: Sequence[Mapping[str, Any]], args: ServiceInstanceArgs, after: Sequence[pulumi.Resource]
    ) -> list[pulumi.CustomResource]:
        opts = pulumi.ResourceOptions(
            parent=self,
            provider=args.provider,
            version=kubernetes.PLUGIN_VERSION,
            depends_on=after,
            deleted_with=args.cluster,
            retain_on_delete=args.keeps_objects or None,
        )
        return [_resource(one, args, opts) for one in some]


def _timeouts(found: Mapping[str, Any], deadline: float | None) -> pulumi.CustomTimeouts | None:
    """Return how long to wait for an object. A Job that is tried again may take as long as it may be tried."""
    own = (found.get("spec") or {}).get("activeDeadlineSeconds") if found["kind"] == "Job" else None
    seconds = max(deadline or kubernetes.PATIENCE, own + kubernetes.PATIENCE) if isinstance(own, int) else deadline
    return pulumi.CustomTimeouts(create=f"{seconds:g}s", update=f"{seconds:g}s") if seconds else None


def _is_applied(resource: pulumi.CustomResource, wanted: tuple[str | None, str]) -> pulumi.Output[bool]:
    told: pulumi.Output[Mapping[str, Any]] = getattr(resource, "metadata")  # noqa: B009 - set by its input's name
    return told.apply(lambda metadata: _identity(metadata) == wanted)


def _identity(metadata: Mapping[str, Any]) -> tuple[str | None, str | None]:
    return objects.version({"metadata": metadata}), (metadata.get("annotations") or {}).get(objects.MANIFESTS)


def _resource(found: Mapping[str, Any], args: ServiceInstanceArgs, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    metadata, runtime = found["metadata"], args.runtime
    if timeouts := _timeouts(found, args.progress_deadline):
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(custom_timeouts=timeouts))
    if former := args.former.get(objects.key(found)):
        alias = pulumi.Alias(type_=kubernetes.token(former, found["kind"]))
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(aliases=[alias]))
    name = "/".join(filter(None, (runtime, metadata.get("namespace"), metadata["name"])))
    return pulumi.CustomResource(kubernetes.token(found["apiVersion"], found["kind"]), name, _marked(found, args), opts)


_APPLIED = {objects.MANAGER: "pvn", objects.FORCE: "true"}
"""One name for everybody who ever applies, and the last word to the tree: an update that is killed may have applied an
object that its state knows nothing of, and the next one must not meet itself as a stranger (docs/adr/0024)."""


def _marked(found: Mapping[str, Any], args: ServiceInstanceArgs) -> dict[str, Any]:
    """Return the object with its digest, and with how it is applied: without the provider's wait for a Service's endpoints.

    Whether the pods behind a Service are ready is what their workload says; waiting 10 seconds for it twice is most of the
    time that a first release of many services takes.
    """
    hurry = {objects.HURRY: "true"} if (found["apiVersion"], found["kind"]) == ("v1", "Service") else {}
    restored = {objects.RESTORED: "true"} if args.is_restored else {}
    own = found["metadata"].get("annotations") or {}
    annotations = {**hurry, **own, **_APPLIED, **restored, objects.MANIFESTS: args.digest}
    return {**found, "metadata": {**found["metadata"], "annotations": annotations}}
