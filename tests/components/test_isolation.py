"""One resource fails, whichever it is, and the engine is never told of anything at which it would end the whole update."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks
from pulumi.runtime.proto import resource_pb2

from components import isolation
from delivery.records import UNKNOWN
from tests.components import recording
from tests.components import test_aws as aws
from tests.components import test_azure as azure
from tests.components import test_gcp as gcp
from tests.components.recording import Recording, run
from tests.components.stacks import making_runtime, runtime

LEFT_OUT: Any = 2
"""How the engine says that it left something out, since something failed that it needs."""
CLOUDS = {one.__name__.rpartition("_")[2]: making_runtime(runtime(one.STAGING)) for one in (aws, azure, gcp)}
NEIGHBOUR = making_runtime(runtime("{name: k-beside, type: local}"))


def settled(request: Any, answer: Any) -> bool:
    """Whatever the engine calls made is made."""
    return False


class Strict(Recording):
    """An engine in which one resource fails. It is as hard on what comes after as the real one, which would end here."""

    def __init__(self, failing: str = "", cloud: mocks.Mocks | None = None) -> None:
        super().__init__(is_preview=False, cloud=cloud)
        self._failing = failing
        """Its type."""
        self._lost: set[str] = set()
        self.is_done = False

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - a gRPC call
        answer = super().RegisterResource(request)
        made = next(one for one in self.made if one.urn == answer.urn)
        needs = {urn for urn in (*made.depends_on, made.parent, made.provider) if urn and "pulumi:pulumi:Stack" not in urn}
        assert needs <= {one.urn for one in self.made}, f"{made.name} needs what nobody told of"
        assert not made.custom or UNKNOWN not in str(request.object), f"{made.name} has values that nobody will ever know"
        assert made.provider not in self._lost, f"{made.name} is to be made through a provider that is not there"
        if made.type == self._failing or needs & self._lost:
            self._lost.add(made.urn)
            result = resource_pb2.FAIL if made.type == self._failing else LEFT_OUT
            return resource_pb2.RegisterResourceResponse(urn=made.urn, result=result)
        return answer

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - a gRPC call
        assert request.urn not in self._lost, "nothing can be completed that was not begun"
        return super().RegisterResourceOutputs(request)

    def SignalAndWaitForShutdown(self, request: Any) -> Any:  # noqa: N802 - a gRPC call
        self.is_done = True
        return super().SignalAndWaitForShutdown(request)

    @property
    def whole(self) -> set[str]:
        """The URNs of what is there."""
        return {one.urn for one in self.made} - self._lost


def update(cloud: str, failing: str = "") -> tuple[Strict, str]:
    """Make a cluster of a cloud and one beside it, and return what the engine was told and what people were."""
    strict = Strict(failing)

    def tell(failed: Mapping[str, Sequence[str]]) -> str:
        return "".join(f"{top.rpartition('::')[2]}: {', '.join(urns)}" for top, urns in failed.items())

    def program() -> None:
        isolation.begin(tell, settled)
        CLOUDS[cloud]()
        NEIGHBOUR()

    try:
        run(program, strict)
    except pulumi.RunError as wrong:
        return strict, str(wrong)
    return strict, ""


@pytest.mark.parametrize(
    ("cloud", "failing"),
    [
        ("aws", "aws:ec2/vpc:Vpc"),
        ("aws", "aws:eks/cluster:Cluster"),
        ("aws", "aws:eks/nodeGroup:NodeGroup"),
        ("azure", "azure-native:resources:ResourceGroup"),
        ("azure", "azure-native:containerservice:ManagedCluster"),
        ("azure", "azure-native:containerservice:AgentPool"),
        ("gcp", "gcp:compute/network:Network"),
        ("gcp", "gcp:container/cluster:Cluster"),
        ("gcp", "gcp:serviceaccount/account:Account"),
    ],
)
def test_whatever_fails_of_a_cluster_its_neighbour_is_made_whole_and_nothing_is_deleted(cloud, failing):
    strict, said = update(cloud, failing)
    failed = strict.one(failing)
    assert said == f"kubernetes-staging: {failed.urn}"
    assert not strict.is_done
    beside = [one for one in strict.made if one.name == "k-beside"]
    assert {one.type for one in beside} == {"pvn:local:Runtime", "kwok:index:Cluster", "pulumi:providers:kubernetes"}
    assert {one.urn for one in beside} <= strict.whole
    assert not [one.name for one in strict.made if one.urn in strict.whole and strict.reaches(one, failed) and one != failed]


def test_a_failure_that_says_it_all_itself_and_leaves_nothing_out_holds_back_no_deletion():
    strict = Strict("kubernetes:core/v1:ConfigMap")

    def program() -> None:
        isolation.begin(lambda failed: "", settled)
        provider = pulumi.ProviderResource("kubernetes", "k")
        pulumi.CustomResource("kubernetes:core/v1:ConfigMap", "web", {}, pulumi.ResourceOptions(provider=provider))

    run(program, strict)
    assert strict.is_done
    assert [one.name for one in strict.made if one.urn in strict.whole] == ["k"]


def test_a_preview_knows_values_later_and_nothing_is_withheld_for_that():
    def program() -> None:
        isolation.begin(str, settled)
        CLOUDS["aws"]()

    told, plain = recording.record(program, is_preview=True), recording.record(CLOUDS["aws"])
    assert {one.urn for one in told.made} == {one.urn for one in plain.made}
