"""The engine's protocol over the emulated clouds: check, compare, create, read, update, delete, ask."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import grpc
from google.protobuf import any_pb2, empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2
from pulumi.runtime.proto import provider_pb2 as proto
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer

from tests.engine.emulator import clusters, identity, inputs
from tests.engine.emulator.identity import Identity, Refused
from tests.engine.emulator.inputs import UNKNOWN
from tests.engine.emulator.kinds import KINDS, Kind, filled, merged, told
from tests.engine.emulator.world import Resource, World

Properties = dict[str, Any]


class Half(Exception):
    """A thing is there, and not what it should be; the text says why. The engine remembers it, and goes on with it later."""

    def __init__(self, made: Resource, why: str) -> None:
        self.made = made
        super().__init__(why)


class Clouds(ResourceProviderServicer):
    """The provider of one cloud with one configuration: the engine starts a process for each."""

    def __init__(self, world: World, caller: str) -> None:
        self._world, self._caller = world, caller
        self._settings: Properties = {}
        self._me: Identity | None = None
        self._cancelled = threading.Event()

    def GetPluginInfo(self, request, context):
        # newer than any SDK asks for: one plugin stands in for three
        return plugin_pb2.PluginInfo(version="99.0.0")

    def CheckConfig(self, request, context):
        return proto.CheckResponse(inputs=request.news)

    def DiffConfig(self, request, context):
        changed = _plain(request.old_inputs) != _plain(request.news)
        return proto.DiffResponse(changes=proto.DiffResponse.DIFF_SOME if changed else proto.DiffResponse.DIFF_NONE)

    def Configure(self, request, context):
        self._settings = _plain(request.args)
        try:
            self._me = identity.of(request.type.rpartition(":")[2], self._settings, self._world, self._caller)
        except Refused as refused:
            context.abort(grpc.StatusCode.PERMISSION_DENIED, str(refused))
        return proto.ConfigureResponse(supportsPreview=True)

    def Invoke(self, request, context):
        if request.tok not in clusters.CALLS:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the emulator does not know {request.tok}: add it to clusters.py")
        answer = self._do(context, lambda: clusters.CALLS[request.tok](self._world, self._account, _plain(request.args)))
        said: Any = {"return": _struct(answer)}
        return proto.InvokeResponse(**said)

    def Check(self, request, context):
        kind, found = _kind(request.urn), _plain(request.news)
        if kind is None:
            reason = f"the emulator does not know {_token(request.urn)}: add it to kinds.py"
            return proto.CheckResponse(failures=[proto.CheckFailure(reason=reason)])
        if kind.named and kind.named not in found:
            made_up = f"{request.urn.rpartition('::')[2]}-{request.randomSeed.hex()[:7]}"
            found[kind.named] = _plain(request.olds).get(kind.named, made_up)
        failures = [proto.CheckFailure(reason=one) for one in inputs.wrong(_token(request.urn), found)]
        return proto.CheckResponse(inputs=_struct(found), failures=failures)

    def Diff(self, request, context):
        kind, old, new = KINDS[_token(request.urn)], _plain(request.old_inputs), _plain(request.news)
        diffs = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
        replaces = [name for name in diffs if name in kind.immutable]
        changes = proto.DiffResponse.DIFF_SOME if diffs else proto.DiffResponse.DIFF_NONE
        # two of one name cannot be there at a time
        first = bool(kind.named) and kind.named not in diffs
        return proto.DiffResponse(changes=changes, replaces=replaces, diffs=diffs, deleteBeforeReplace=first)

    def Create(self, request, context):
        token, wanted = _token(request.urn), _plain(request.properties)
        if request.preview:
            return proto.CreateResponse(properties=_struct(told(wanted) | dict.fromkeys(KINDS[token].outputs, UNKNOWN)))
        made = self._do(context, lambda: self._create(token, wanted))
        return proto.CreateResponse(id=made.id, properties=_struct(made.outputs))

    def Update(self, request, context):
        token, wanted = _token(request.urn), _plain(request.news)
        if request.preview:
            kept = _plain(request.olds)
            later = {KINDS[token].counts: UNKNOWN} if KINDS[token].counts else {}
            outputs = {name: kept.get(name, UNKNOWN) for name in KINDS[token].outputs}
            return proto.UpdateResponse(properties=_struct(told(wanted) | outputs | later))
        made = self._do(context, lambda: self._update(token, request.id, wanted))
        return proto.UpdateResponse(properties=_struct(made.outputs))

    def Read(self, request, context):
        found = self._world.find(_token(request.urn), self._account, request.id)
        if found is None:
            return proto.ReadResponse()
        if not found.is_finished:
            # nobody watched, and the cloud went on by itself
            beginning, values = found, self._values(found.inputs)
            found = self._do(context, lambda: self._finish(beginning, values))
        return proto.ReadResponse(id=found.id, properties=_struct(found.outputs), inputs=_struct(found.inputs))

    def Delete(self, request, context):
        self._do(context, lambda: self._delete(_token(request.urn), request.id))
        return empty_pb2.Empty()

    def Cancel(self, request, context):
        self._cancelled.set()
        return empty_pb2.Empty()

    # what it comes to

    @property
    def _account(self) -> str:
        assert self._me is not None
        return self._me.account

    def _values(self, found: Mapping[str, Any]) -> dict[str, str]:
        assert self._me is not None
        plain = {name: str(value) for name, value in found.items() if isinstance(value, str)}
        own = {"account": self._me.account, "region": self._me.region, "who": self._me.who}
        return plain | own | {"serial": uuid.uuid4().hex[:17]}

    def _create(self, token: str, wanted: Properties) -> Resource:
        kind, values = KINDS[token], self._values(wanted)
        id_ = filled(kind.id, values)
        fault = self._world.fault(token, "create", id_)
        if fault and not fault["half"]:
            raise Refused(fault["message"])
        if strange := next(self._strange(wanted), None):
            raise Refused(f"{token}: {strange} does not exist in account {self._account}")
        if self._world.find(token, self._account, id_):
            raise Refused(f"{token}: {id_} already exists in account {self._account}")
        made = Resource(
            account=self._account,
            type=token,
            id=id_,
            by=values["who"],
            inputs=wanted,
            outputs=told(wanted),
            is_finished=False,
        )
        self._world.put(made)
        if fault:
            raise Half(made, fault["message"])
        if self._cancelled.wait(self._world.seconds(token)):
            raise Half(made, f"{token}: {id_} was still being made when the update was interrupted")
        return self._finish(made, values)

    def _finish(self, made: Resource, values: Mapping[str, str]) -> Resource:
        """See a thing through: do what belongs to it in the real world, and only then say what it became."""
        if deed := clusters.ON_CREATE.get(made.type):
            deed(self._world, made)
        known = clusters.known(self._world, made)
        outputs = filled(KINDS[made.type].outputs, {**values, **known})
        done = Resource(
            account=made.account,
            type=made.type,
            id=made.id,
            by=made.by,
            inputs=made.inputs,
            outputs=told(merged(outputs, made.inputs)),
        )
        self._world.put(done)
        return done

    def _update(self, token: str, id_: str, wanted: Properties) -> Resource:
        before = self._world.find(token, self._account, id_)
        if before is None:
            raise Refused(f"{token}: {id_} does not exist in account {self._account}")
        if fault := self._world.fault(token, "update", id_):
            raise Refused(fault["message"])
        said = {name: value for name, value in before.outputs.items() if name in KINDS[token].outputs}
        outputs = told(merged(said, wanted))
        if counted := KINDS[token].counts:
            outputs[counted] = outputs.get(counted, 0) + 1
        made = Resource(account=self._account, type=token, id=id_, by=before.by, inputs=wanted, outputs=outputs)
        if not before.is_finished:
            return self._finish(made, self._values(wanted))
        if deed := clusters.ON_UPDATE.get(token):
            deed(self._world, made)
        self._world.put(made)
        return made

    def _delete(self, token: str, id_: str) -> None:
        found = self._world.find(token, self._account, id_)
        if found is None:
            return
        if fault := self._world.fault(token, "delete", id_):
            raise Refused(fault["message"])
        if (guard := KINDS[token].guard) and found.inputs.get(guard) in (True, "true"):
            raise Refused(f"{token}: {id_} cannot be deleted while {guard} is on")
        if deed := clusters.ON_DELETE.get(token):
            deed(self._world, found)
        self._world.remove(found)

    def _strange(self, wanted: Properties) -> Iterator[str]:
        """Yield the things among the inputs that exist, and in another account only: here nobody can see them."""
        mentioned = set(_texts(wanted))
        for one in self._world.resources():
            is_unique = "{serial}" in KINDS[one.type].id or one.account in one.id
            names = {str(one.outputs.get("arn")), *([one.id] if is_unique else [])}
            if one.account != self._account:
                yield from sorted(names & mentioned)

    def _do(self, context: grpc.ServicerContext, act: Any) -> Any:
        try:
            return act()
        except Half as half:
            failed = proto.ErrorResourceInitFailed(
                id=half.made.id,
                properties=_struct(half.made.outputs),
                inputs=_struct(half.made.inputs),
                reasons=[str(half)],
            )
            _abort_with(context, str(half), failed)
        except (Refused, OSError, clusters.KwokctlError) as wrong:
            context.abort(grpc.StatusCode.UNKNOWN, str(wrong))


def _abort_with(context: grpc.ServicerContext, message: str, details: proto.ErrorResourceInitFailed) -> None:
    detail = any_pb2.Any()
    detail.Pack(details)
    code = grpc.StatusCode.UNKNOWN
    # a google.rpc.Status, whose generated code wants a newer protobuf than Pulumi has
    status = b"\x08" + _varint(code.value[0]) + _field(2, message.encode()) + _field(3, detail.SerializeToString())
    context.set_trailing_metadata((("grpc-status-details-bin", status),))
    context.abort(code, message)


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    low, high = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + _varint(high) if high else bytes([low])


def _token(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


def _kind(urn: str) -> Kind | None:
    return KINDS.get(_token(urn))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _plain(properties: struct_pb2.Struct) -> Properties:
    return json_format.MessageToDict(properties)


def _struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(properties)
    return struct
