"""A service instance in its cluster: every rendered object as a resource of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

from components import kubernetes
from delivery import objects
from delivery.bundles import Objects
from delivery.objects import ObjectKey

_BEFORE_WORKLOADS = frozenset(
    {"ClusterRole", "ClusterRoleBinding", "ConfigMap", "CustomResourceDefinition", "LimitRange", "NetworkPolicy"}
    | {"PriorityClass", "Role", "RoleBinding", "Secret", "ServiceAccount", "StorageClass"}
)
"""Kinds that a pod may need when it starts. None of them waits for a pod, so waiting for them cannot lock up."""


@dataclass(frozen=True, kw_only=True)
class ServiceInstanceArgs:
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


class ServiceInstance(pulumi.ComponentResource):
    """One service in one release channel."""

    applied: pulumi.Output[bool]
    """Whether every object is there, ready, with the version and the digest it was given; unknown where one of them failed.

    False where the engine left an object as it was, as `--target` makes it do.
    """

    def __init__(self, name: str, args: ServiceInstanceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        # what the policy pack is told before any object exists; it judges the claim by itself
        claim = {"version": args.version, "manifests": args.digest}
        super().__init__("pvn:delivery:ServiceInstance", name, claim, opts)
        first = [one for one in args.objects if one["kind"] in _BEFORE_WORKLOADS]
        then = [one for one in args.objects if one["kind"] not in _BEFORE_WORKLOADS]
        namespace = [args.namespace] if args.namespace else []
        early = self._apply(first, args, namespace)
        late = self._apply(then, args, early or namespace)
        # an object whose update failed keeps its id; only what the provider says of it becomes unknown
        told = [getattr(resource, "metadata") for resource in (*early, *late)]  # noqa: B009 - set by its input's name
        wanted = [(objects.version(one), args.digest) for one in (*first, *then)]
        self.applied = pulumi.Output.all(*told).apply(lambda found: list(map(_identity, found)) == wanted)
        self.register_outputs({})

    def _apply(
        self, some: Sequence[Mapping[str, Any]], args: ServiceInstanceArgs, after: Sequence[pulumi.Resource]
    ) -> list[pulumi.CustomResource]:
        timeout = f"{args.progress_deadline:g}s" if args.progress_deadline else None
        opts = pulumi.ResourceOptions(
            parent=self,
            provider=args.provider,
            version=kubernetes.PLUGIN_VERSION,
            depends_on=after,
            deleted_with=args.cluster,
            retain_on_delete=args.keeps_objects or None,
            custom_timeouts=pulumi.CustomTimeouts(create=timeout, update=timeout) if timeout else None,
        )
        return [_resource(one, args, opts) for one in some]


def _identity(metadata: Mapping[str, Any]) -> tuple[str | None, str | None]:
    return objects.version({"metadata": metadata}), (metadata.get("annotations") or {}).get(objects.MANIFESTS)


def _resource(found: Mapping[str, Any], args: ServiceInstanceArgs, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    metadata, runtime = found["metadata"], args.runtime
    if former := args.former.get(objects.key(found)):
        alias = pulumi.Alias(type_=kubernetes.token(former, found["kind"]))
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(aliases=[alias]))
    name = "/".join(filter(None, (runtime, metadata.get("namespace"), metadata["name"])))
    return pulumi.CustomResource(
        kubernetes.token(found["apiVersion"], found["kind"]), name, _marked(found, args.digest), opts
    )


def _marked(found: Mapping[str, Any], digest: str) -> dict[str, Any]:
    """Return the object with its digest, and without the provider's 10 second wait for the endpoints of a Service.

    Whether the pods behind a Service are ready is what their workload says; waiting for it twice is most of the time that
    a first release of many services takes.
    """
    hurry = {"pulumi.com/skipAwait": "true"} if (found["apiVersion"], found["kind"]) == ("v1", "Service") else {}
    annotations = {**hurry, **(found["metadata"].get("annotations") or {}), objects.MANIFESTS: digest}
    return {**found, "metadata": {**found["metadata"], "annotations": annotations}}
