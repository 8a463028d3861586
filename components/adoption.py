"""A cluster that an update was making when it was killed becomes the stack's own, instead of being made a second time.

Two things have to hold: the state says that this very stack was cut off while it was making it, and the cloud has it under
that name with the mark of what this program makes. Anybody else's cluster stays theirs (docs/adr/0022).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import Any

import grpc
import pulumi
from google.protobuf import json_format
from pulumi.runtime import settings
from pulumi.runtime.proto import resource_pb2

from components import urns
from delivery import cutoffs
from delivery.cutoffs import Cutoff, Question
from delivery.unknown import Unknown

MARK = ("managed-by", "pvn")
"""The tag or label of everything that this program makes in a cloud."""


def begin(cut_off: Callable[[], Sequence[Cutoff] | Unknown]) -> None:
    """Let what was being made be taken over from here on, where it is there. Where nobody knows, nothing is.

    `cut_off` takes a moment to answer, and is asked while the first resources are made.
    """
    if pulumi.runtime.is_dry_run():
        return
    pool = ThreadPoolExecutor(1)
    asked = pool.submit(cut_off)
    pool.shutdown(wait=False)
    settings.SETTINGS.monitor = Adopting(settings.get_monitor(), asked)


class Adopting:
    """The engine's resource monitor, with an import where a plain registration would make a second one."""

    def __init__(self, monitor: Any, cut_off: Future[Sequence[Cutoff] | Unknown]) -> None:
        self._monitor, self._cut_off = monitor, cut_off

    @cached_property
    def _lost(self) -> Mapping[str, Cutoff]:
        found = self._cut_off.result()
        return {} if isinstance(found, Unknown) else {one.urn: one for one in found if one.id and not one.is_known}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._monitor, name)

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - a gRPC call
        """Register a resource; one that is there already is imported, one that is still being made has failed for now."""
        one = self._lost.get(urns.of(request)) if request.type in cutoffs.TYPES else None
        if one is None:
            return self._monitor.RegisterResource(request)
        # a name that was made up for it is asked for by nobody else
        found = self._ask(request, one.question) if one.question else {}
        if found is not None and one.question and one.question.ready:
            name, done = one.question.ready
            if found.get(name) != done:
                return _unfinished(one, str(found.get(name)))
        if found is not None:
            request.importId = one.id
        return self._monitor.RegisterResource(request)

    def _ask(self, request: Any, question: Question) -> Mapping[str, Any] | None:
        """Return what the cloud says of it; None where it has none, or none of ours, or does not answer."""
        asked = resource_pb2.ResourceInvokeRequest(
            tok=question.function, provider=request.provider, version=request.version, acceptResources=True
        )
        asked.args.update(dict(question.arguments))
        try:
            answer = self._monitor.Invoke(asked)
        except grpc.RpcError:
            return None
        found: dict[str, Any] = json_format.MessageToDict(getattr(answer, "return"))
        name, value = MARK
        return found if not answer.failures and (found.get(question.marks) or {}).get(name) == value else None


def _unfinished(one: Cutoff, state: str) -> Any:
    fix = "wait until its cloud has made it, then update again"
    pulumi.log.error(f"{one.name} is {state}: an update has begun it and was cut off\n  fix: {fix}")
    return resource_pb2.RegisterResourceResponse(urn=one.urn, result=resource_pb2.FAIL)
