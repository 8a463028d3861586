"""What one sick runtime or registry costs its neighbours: nothing.

Where a resource fails, the engine goes on (`PULUMI_CONTINUE_ON_ERROR`), and ends the whole update at the first registration
that it can make no sense of: one with a value that the failed resource should have told, or one through a provider that is
not there. Such registrations stop here. Since the engine deletes what a program no longer registers, the program then ends
in failure, which is what keeps the engine from deleting anything (docs/adr/0021).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime import settings
from pulumi.runtime.proto import resource_pb2

from components import urns
from delivery.records import UNKNOWN

_MADE, _FAILED = resource_pb2.SUCCESS, resource_pb2.FAIL
"""The engine has a third answer, which the SDK has no name for: left out, since something failed that it needs."""
_NEVER_TOLD = UNKNOWN.encode()
Tell = Callable[[Mapping[str, Sequence[str]]], str]
Stalls = Callable[[Any, Any], bool]


def begin(tell: Tell, has_stalled: Stalls) -> None:
    """Let what fails from here on cost its neighbours nothing.

    `has_stalled` is told of each registration that went well, and of the engine's answer: whether it went well in truth.

    `tell` says what a person has to know of the resources that failed, by the component at the top that they are of, all as
    URNs; it says nothing where their own errors say it all. In a preview nothing fails, and values that are not known yet
    are no sign of trouble.
    """
    if not pulumi.runtime.is_dry_run():
        settings.SETTINGS.monitor = Isolating(settings.get_monitor(), tell, has_stalled)


class Isolating:
    """The engine's resource monitor, without what would end the update."""

    def __init__(self, monitor: Any, tell: Tell, has_stalled: Stalls) -> None:
        self._monitor, self._tell, self._has_stalled = monitor, tell, has_stalled
        self._tops: dict[str, str] = {}
        """The component at the top of each resource."""
        self._failed: dict[str, list[str]] = {}
        self._lost: set[str] = set()
        """What has failed, or was left out by the engine because of it."""
        self._withheld: set[str] = set()
        """What the engine was not told of, or not told that it failed: what needs it is for nobody else to leave out."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._monitor, name)

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - a gRPC call
        """Register a resource, unless that would end the update: then it is as if the engine had left it out."""
        if self._is_hopeless(request):
            urn = urns.of(request)
            self._withheld.add(urn)
            return resource_pb2.RegisterResourceResponse(urn=urn, result=_FAILED)
        answer = self._monitor.RegisterResource(request)
        top = self._tops[answer.urn] = self._tops.get(request.parent, answer.urn)
        if answer.result == _MADE and self._has_stalled(request, answer):
            answer.result = _FAILED
            self._withheld.add(answer.urn)
        if answer.result != _MADE:
            self._lost.add(answer.urn)
        if answer.result == _FAILED:
            self._failed.setdefault(top, []).append(answer.urn)
        return answer

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - a gRPC call
        """Complete a component, unless the engine knows nothing of it."""
        if request.urn in self._lost | self._withheld:
            return empty_pb2.Empty()
        return self._monitor.RegisterResourceOutputs(request)

    def SignalAndWaitForShutdown(self, request: Any) -> Any:  # noqa: N802 - a gRPC call
        """Say that everything has been registered, after which the engine deletes the rest; fail where that is not so."""
        said = self._tell(self._failed)
        if said or self._withheld:
            raise pulumi.RunError(said or "not everything could be made, so nothing is deleted")
        return self._monitor.SignalAndWaitForShutdown(request)

    def _is_hopeless(self, request: Any) -> bool:
        if not self._lost:
            return False
        of_each = (urn for one in request.propertyDependencies.values() for urn in one.urns)
        needed = {request.parent, request.deletedWith, *request.dependencies, *of_each}
        gone = self._lost | self._withheld
        if request.provider.rpartition("::")[0] in gone or needed & self._withheld:
            return True
        return bool(needed & gone) and _NEVER_TOLD in request.object.SerializeToString()
