"""What the engine may ask of local clusters: check, compare, create, start again, scale, delete.

`kwok:index:Cluster` takes {name, directory, nodes} and gives the same and its kubeconfig. The protocol is spoken directly,
because the SDK's helper class adds a Python traceback to every error that a person gets to see.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2
from pulumi.runtime.proto import provider_pb2 as proto
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer

from components.local.kwok.cluster import Cluster, KwokctlError

VERSION = "0.1.0"
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What stands on the wire for a value that only the update itself will tell."""
Properties = dict[str, Any]


class Clusters(ResourceProviderServicer):
    """The provider: its only resource is a local cluster."""

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:  # noqa: N802, ARG002
        """Say which version this is."""
        return plugin_pb2.PluginInfo(version=VERSION)

    def CheckConfig(self, request: proto.CheckRequest, context: grpc.ServicerContext) -> proto.CheckResponse:  # noqa: N802, ARG002
        """Accept the provider's configuration: there is none."""
        return proto.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: proto.DiffRequest, context: grpc.ServicerContext) -> proto.DiffResponse:  # noqa: N802, ARG002
        """Say that the provider's configuration never changes."""
        return proto.DiffResponse(changes=proto.DiffResponse.DIFF_NONE)

    def Configure(self, request: proto.ConfigureRequest, context: grpc.ServicerContext) -> proto.ConfigureResponse:  # noqa: N802, ARG002
        """Say what the provider understands: previews, nothing else."""
        return proto.ConfigureResponse(supportsPreview=True)

    def Check(self, request: proto.CheckRequest, context: grpc.ServicerContext) -> proto.CheckResponse:  # noqa: N802, ARG002
        """Refuse what could never become a cluster, before anything is made."""
        failures = []
        if not shutil.which("kwokctl"):
            reason = "kwokctl is not on PATH; install it (https://kwok.sigs.k8s.io) or run `make setup`"
            failures.append(proto.CheckFailure(reason=reason))
        return proto.CheckResponse(inputs=request.news, failures=failures)

    def Diff(self, request: proto.DiffRequest, context: grpc.ServicerContext) -> proto.DiffResponse:  # noqa: N802, ARG002
        """Compare; a cluster that does not run, as after a reboot, is a change that starting it mends."""
        old, new = _plain(request.olds), _plain(request.news)
        replaces = [name for name in ("name", "directory") if old.get(name) != new.get(name)]
        diffs = [*replaces, *(["nodes"] if old.get("nodes") != new.get("nodes") else [])]
        if not diffs and not _cluster(old).is_running:
            diffs.append("kubeconfig")
        changes = proto.DiffResponse.DIFF_SOME if diffs else proto.DiffResponse.DIFF_NONE
        return proto.DiffResponse(changes=changes, replaces=replaces, diffs=diffs, deleteBeforeReplace=True)

    def Create(self, request: proto.CreateRequest, context: grpc.ServicerContext) -> proto.CreateResponse:  # noqa: N802
        """Make the cluster. In a preview its kubeconfig is not known yet."""
        wanted = _plain(request.properties)
        if request.preview:
            return proto.CreateResponse(properties=_struct(wanted | {"kubeconfig": _UNKNOWN}))
        cluster = _cluster(wanted)
        _do(context, lambda: cluster.create(int(wanted["nodes"])))
        return proto.CreateResponse(id=cluster.name, properties=_state(wanted, cluster))

    def Update(self, request: proto.UpdateRequest, context: grpc.ServicerContext) -> proto.UpdateResponse:  # noqa: N802
        """Start the cluster where it does not run, then bring it to its number of nodes."""
        wanted = _plain(request.news)
        cluster = _cluster(wanted)
        if request.preview:
            known = cluster.exists
            return proto.UpdateResponse(
                properties=_state(wanted, cluster) if known else _struct(wanted | {"kubeconfig": _UNKNOWN})
            )
        _do(context, lambda: cluster.ensure(int(wanted["nodes"])))
        return proto.UpdateResponse(properties=_state(wanted, cluster))

    def Read(self, request: proto.ReadRequest, context: grpc.ServicerContext) -> proto.ReadResponse:  # noqa: N802, ARG002
        """Say whether the cluster is still there: what `pulumi refresh` asks."""
        state = _plain(request.properties)
        cluster = _cluster(state)
        if not cluster.exists:
            return proto.ReadResponse()
        inputs = {name: state[name] for name in ("name", "directory", "nodes")}
        return proto.ReadResponse(id=request.id, properties=_state(inputs, cluster), inputs=_struct(inputs))

    def Delete(self, request: proto.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        """Remove the cluster with all that is in it."""
        _do(context, _cluster(_plain(request.properties)).delete)
        return empty_pb2.Empty()

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802, ARG002
        """Go on: the engine says this at the end of every update, and takes a provider that leaves by itself for broken."""
        return empty_pb2.Empty()


def _do(context: grpc.ServicerContext, act: Callable[[], None]) -> None:
    """Act, and tell the engine in plain words where it fails."""
    try:
        act()
    except (KwokctlError, OSError) as wrong:
        context.abort(grpc.StatusCode.UNKNOWN, str(wrong))


def _plain(properties: struct_pb2.Struct) -> Properties:
    return json_format.MessageToDict(properties)


def _struct(properties: Properties) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(properties)
    return struct


def _cluster(properties: Properties) -> Cluster:
    return Cluster(str(properties["name"]), Path(str(properties["directory"])))


def _state(inputs: Properties, cluster: Cluster) -> struct_pb2.Struct:
    return _struct({name: inputs[name] for name in ("name", "directory", "nodes")} | {"kubeconfig": cluster.kubeconfig()})
