"""What a program registers, as the engine would be told, without an engine: every resource with all that was said of it.

No cloud answers here, unless one is handed in. `ANSWERS` makes up what one would compute, so that what depends on it can be
seen; whether a cloud takes what it is sent is beyond these tests. tests/emulated asks emulators of one.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from google.protobuf import json_format
from pulumi.runtime import mocks, settings, stack

SECRET = "4dabf18193072939515e22adb298388d"
_LONGEST = 120
"""Seconds after which a program hangs."""
CLOUDS = ("aws", "gcp", "azure-native", "kubernetes")


@dataclass(frozen=True)
class Made:
    """One registration."""

    type: str
    name: str
    urn: str
    parent: str
    provider: str
    """The URN of its provider; empty would be a default one."""
    inputs: Mapping[str, Any]
    protect: bool
    ignore_changes: tuple[str, ...]
    depends_on: frozenset[str]
    retain_on_delete: bool
    custom: bool

    @property
    def cloud(self) -> str:
        return self.type.split(":")[0]


class Recording(mocks.MockMonitor):
    """A monitor that keeps what it is told."""

    def __init__(self, is_preview: bool, cloud: mocks.Mocks | None = None) -> None:
        super().__init__(cloud or Imagined(is_preview))
        self.made: list[Made] = []
        self.invoked: list[tuple[str, str]] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - a gRPC call
        answer = super().RegisterResource(request)
        inputs = json_format.MessageToDict(request.object)
        of_each = itertools.chain.from_iterable(one.urns for one in request.propertyDependencies.values())
        self.made.append(
            Made(
                type=request.type,
                name=request.name,
                urn=answer.urn,
                parent=request.parent,
                provider=request.provider.rpartition("::")[0],
                inputs=inputs,
                protect=bool(request.protect),
                ignore_changes=tuple(request.ignoreChanges),
                depends_on=frozenset([*request.dependencies, *of_each]),
                retain_on_delete=bool(request.retainOnDelete),
                custom=request.custom,
            )
        )
        return answer

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - a gRPC call
        self.invoked.append((request.tok, request.provider))
        return super().Invoke(request)

    def of(self, type_: str) -> list[Made]:
        """Return the registrations of a type, by the end of its name."""
        return [one for one in self.made if one.type.endswith(type_)]

    def one(self, type_: str, name: str | None = None) -> Made:
        """Return the one registration of a type and name."""
        (found,) = [made for made in self.of(type_) if name in (None, made.name)]
        return found

    def reaches(self, later: Made, earlier: Made) -> bool:
        """Return whether the engine makes one resource only after another one, through whatever lies between them."""
        by_urn = {one.urn: one for one in self.made}
        seen: set[str] = set()
        waiting = [later]
        while waiting:
            one = waiting.pop()
            if one.urn == earlier.urn:
                return True
            more = {*one.depends_on, *([one.provider] if one.provider else ())} - seen
            seen |= more
            waiting += [by_urn[urn] for urn in more if urn in by_urn]
        return False


def record(program: Callable[[], object], *, is_preview: bool = False, cloud: mocks.Mocks | None = None) -> Recording:
    """Run a program and return what it registered. In a preview, nothing that a cloud computes is known."""
    recording = Recording(is_preview, cloud)
    run(program, recording, is_preview=is_preview)
    return recording


def run(program: Callable[[], object], recording: Recording, *, is_preview: bool = False) -> None:
    """Run a program before a recording."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    # what an earlier program left unfinished belongs to a loop that no longer runs, and would be waited for without end
    settings.SETTINGS.outputs.clear()
    mocks.set_mocks(recording.mocks, "pvn", "any", is_preview, monitor=recording)
    loop.run_until_complete(asyncio.wait_for(stack.run_pulumi_func(lambda: _run(program)), _LONGEST))


def _run(program: Callable[[], object]) -> None:
    program()


def value(output: pulumi.Output[Any]) -> Any:
    """Return what an output resolved to, after the program has run."""
    return asyncio.get_event_loop().run_until_complete(output.future())


class Imagined(mocks.Mocks):
    """Answers as a cloud would, with made-up ids."""

    def __init__(self, is_preview: bool) -> None:
        self._is_preview = is_preview

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        known = _as_answered(args.inputs)
        if self._is_preview and args.custom:
            return None, known
        return f"{args.name}-id", {**known, **ANSWERS.get(args.typ, _nothing)(args.name, args.inputs)}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        return CALLS[args.token](args.args), []


Answer = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]


def _as_answered(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs as Azure gives them back: the identities that go in as a list come out by id."""
    identity = inputs.get("identity") or {}
    if not isinstance(identity.get("userAssignedIdentities"), list):
        return dict(inputs)
    by_id = {one: {"clientId": "", "principalId": ""} for one in identity["userAssignedIdentities"] if isinstance(one, str)}
    return {**inputs, "identity": {**identity, "userAssignedIdentities": by_id}}


def _nothing(_: str, __: Mapping[str, Any]) -> Mapping[str, Any]:
    return {}


def _arn(service: str) -> Answer:
    return lambda name, inputs: {"arn": f"arn:aws:{service}:::{inputs.get('name', name)}", "name": inputs.get("name", name)}


_AKS = "clusters: [{cluster: {server: 'https://aks', certificate-authority-data: QQ==}}]"
CALLS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "azure-native:containerservice:listManagedClusterUserCredentials": lambda _: {
        "kubeconfigs": [{"name": "any", "value": base64.b64encode(_AKS.encode()).decode()}]
    },
}
ANSWERS: dict[str, Answer] = {
    "aws:eks/cluster:Cluster": lambda name, _: {
        "arn": f"arn:aws:eks:::cluster/{name}",
        "endpoint": f"https://{name}.eks",
        "certificateAuthority": {"data": "QQ=="},
        "identities": [{"oidcs": [{"issuer": f"https://oidc.eks/{name}"}]}],
    },
    "aws:iam/role:Role": _arn("iam"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _arn("iam"),
    "aws:kms/key:Key": _arn("kms"),
    "aws:ecr/repository:Repository": _arn("ecr"),
    "aws:cloudwatch/logGroup:LogGroup": _arn("logs"),
    "azure-native:containerservice:ManagedCluster": lambda name, inputs: {
        "name": name,
        "oidcIssuerProfile": {"issuerURL": f"https://oidc.aks/{name}", "enabled": True},
    },
    "azure-native:containerregistry:Registry": lambda _, inputs: {
        "name": inputs["registryName"],
        "loginServer": f"{inputs['registryName']}.azurecr.io",
    },
    "azure-native:managedidentity:UserAssignedIdentity": lambda name, _: {
        "name": name,
        "clientId": f"{name}-client",
        "principalId": f"{name}-principal",
    },
    "azure-native:keyvault:Vault": lambda _, inputs: {"name": inputs["vaultName"]},
    "azure-native:keyvault:Key": lambda name, _: {
        "keyUri": f"https://vault/{name}",
        "keyUriWithVersion": f"https://vault/{name}/1",
    },
    "azure-native:resources:ResourceGroup": lambda _, inputs: {"name": inputs["resourceGroupName"]},
    "azure-native:network:VirtualNetwork": lambda _, inputs: {"name": inputs["virtualNetworkName"]},
    "gcp:container/cluster:Cluster": lambda name, _: {
        "endpoint": "10.0.0.2",
        "masterAuth": {"clusterCaCertificate": "QQ=="},
        "controlPlaneEndpointsConfig": {"dnsEndpointConfig": {"endpoint": f"{name}.gke.goog"}},
    },
    "gcp:serviceaccount/account:Account": lambda _, inputs: {
        "email": f"{inputs['accountId']}@{inputs['project']}.iam.gserviceaccount.com"
    },
    "gcp:projects/serviceIdentity:ServiceIdentity": lambda _, inputs: {
        "member": f"serviceAccount:service-of-{inputs['service']}"
    },
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": lambda name, _: {
        "name": f"projects/333333333333/locations/global/workloadIdentityPools/{name}"
    },
    "aws:ec2/launchTemplate:LaunchTemplate": lambda _, __: {"latestVersion": 7},
}
