"""Ask the running engine for the outputs of stacks: this one's from its last update, and those of its upstreams.

The engine's own function behind `StackReference` is asked directly. A StackReference of a stack that does not exist ends the
whole update, and it drops what the engine marks as unknown; here the one is an Unknown that keeps a gate shut and the other
stays visible, because a record that did not complete must not look like one that never was.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any

import grpc
import pulumi
from google.protobuf import json_format, struct_pb2
from pulumi.runtime import settings
from pulumi.runtime.proto import resource_pb2

from delivery import states
from delivery.unknown import Absent, Unknown
from evidence.gather import Outputs


async def read(stacks: Iterable[str]) -> dict[str, Outputs | Unknown]:
    """Return the last written outputs of stacks of this project, secrets included, by stack.

    A stack without an update has no outputs. One that does not exist, or whose state cannot be read, is an Unknown.
    """
    names = sorted(set(stacks))
    found = await asyncio.gather(*(asyncio.to_thread(_ask, name) for name in names))
    return dict(zip(names, found, strict=True))


_PAUSES = (0, 0.05, 0.2, 0.5, 1, 2)
"""Seconds before each try. A file backend renames a state, then writes it anew: whoever looks in between sees nothing."""
_MISSING = 0.2
"""The pause after which a stack that is not there counts as missing: a rename takes less, a person waits no longer."""


def _ask(stack: str) -> Outputs | Unknown:
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{stack}"
    arguments = struct_pb2.Struct()
    arguments.update({"name": name})
    request = resource_pb2.ResourceInvokeRequest(tok="pulumi:pulumi:readStackOutputs", args=arguments)
    text = ""
    for pause in _PAUSES:
        time.sleep(pause)
        try:
            return _outputs(request)
        except grpc.RpcError as wrong:
            # what the stub raises is a call as well; its type says so nowhere
            text = str(wrong.details() if hasattr(wrong, "details") else wrong)
        if "unknown stack" in text and pause >= _MISSING:
            return Absent(f"stack {stack!r} does not exist yet", f"pulumi stack init {stack} && pulumi up -s {stack}")
    return Unknown(f"the state of stack {stack!r} cannot be read: {text}", f"pulumi stack output -s {stack}")


def _outputs(request: resource_pb2.ResourceInvokeRequest) -> Outputs:
    monitor = settings.get_monitor()
    assert monitor is not None, "asked outside of an update"
    answer = monitor.Invoke(request)
    # `return` is a Python keyword, so the field has no attribute
    outputs: dict[str, Any] = json_format.MessageToDict(getattr(answer, "return")).get("outputs", {})
    return {name: _revealed(value) for name, value in outputs.items()}


def _revealed(value: Any) -> Any:
    """Return a value without the wrappings of its secrets."""
    if isinstance(value, dict):
        if states.SECRET in value:
            return _revealed(value.get("value"))
        return {name: _revealed(one) for name, one in value.items()}
    return [_revealed(one) for one in value] if isinstance(value, list) else value
