"""A cluster is taken over where this stack was cut off while making it and the cloud has it as ours; otherwise never."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import grpc
import pytest
from pulumi.runtime import settings
from pulumi.runtime.proto import resource_pb2

from components import adoption
from delivery.cutoffs import Cutoff, Question
from delivery.structs import replace
from delivery.unknown import Unknown
from tests.components.recording import record

URN = "urn:pulumi:any::pvn::pvn:aws:Runtime$aws:eks/cluster:Cluster::k"
QUESTION = Question("aws:eks/getCluster:getCluster", {"name": "k"}, "tags", ("status", "ACTIVE"))
OURS = {"tags": {"managed-by": "pvn"}}
PARENT = "urn:pulumi:any::pvn::pvn:aws:Runtime::k"
CUT_OFF = Cutoff(URN, "k", QUESTION, PARENT, "urn", is_known=False)


class Cloud:
    """An engine before a cloud that says this of its cluster k, or has none."""

    def __init__(self, says: Mapping[str, Any] | None) -> None:
        self._says = says
        self.asked: list[tuple[str, str, str]] = []
        self.imports: list[str] = []

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - a gRPC call
        self.asked.append((request.tok, request.args["name"], request.provider))
        if self._says is None:
            raise grpc.RpcError
        answer = resource_pb2.ResourceInvokeRequest().args
        answer.update(dict(self._says))
        fields: Any = {"return": answer}
        return resource_pb2.ResourceInvokeResponse(**fields)

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - a gRPC call
        self.imports.append(request.importId)
        return resource_pb2.RegisterResourceResponse(urn=URN)


def register(cloud: Cloud, cut_off: Sequence[Cutoff] | Unknown = (CUT_OFF,), name: str = "k", **more: Any) -> Any:
    """Register a cluster through whatever adoption leaves of an engine."""
    request = resource_pb2.RegisterResourceRequest(
        type="aws:eks/cluster:Cluster", name=name, parent=PARENT, provider="urn::p"
    )
    answers: list[Any] = []

    def program() -> None:
        before = settings.get_monitor()
        settings.SETTINGS.monitor = cloud
        adoption.begin(lambda: cut_off)
        monitor: Any = settings.get_monitor()
        answers.append(monitor.RegisterResource(request))
        settings.SETTINGS.monitor = before

    record(program, **more)
    return answers[0]


def test_a_cluster_that_is_there_and_ours_is_imported_under_the_name_that_its_cloud_gives_it():
    cloud = Cloud({"status": "ACTIVE", **OURS})
    register(cloud)
    assert cloud.asked == [(QUESTION.function, "k", "urn::p")]
    assert cloud.imports == ["k"]


@pytest.mark.parametrize(
    "says",
    [
        None,
        {"status": "ACTIVE"},
        {"status": "ACTIVE", "tags": {"managed-by": "somebody"}},
        {"status": "ACTIVE", "tags": None},
    ],
    ids=["not there", "without a mark", "somebody else's", "no tags at all"],
)
def test_what_is_not_there_or_not_ours_is_made_as_if_nothing_had_been_and_the_cloud_has_the_last_word(says):
    cloud = Cloud(says)
    register(cloud)
    assert cloud.imports == [""]


def test_a_cluster_that_its_cloud_still_makes_has_failed_for_now():
    cloud = Cloud({"status": "CREATING", **OURS})
    answer = register(cloud)
    assert (answer.urn, answer.result) == (URN, resource_pb2.FAIL)
    assert cloud.imports == []


def test_what_its_cloud_has_no_answer_for_is_taken_for_there_since_its_name_was_made_up_for_it():
    cloud = Cloud(None)
    register(cloud, [replace(CUT_OFF, question=None)])
    assert cloud.imports == ["k"]


def test_what_was_not_cut_off_is_not_even_asked_for():
    cloud = Cloud({"status": "ACTIVE", **OURS})
    register(cloud, name="other")
    assert cloud.asked == []
    assert cloud.imports == [""]


@pytest.mark.parametrize(
    "cut_off",
    [Unknown("the state cannot be read", ""), [], [replace(CUT_OFF, id="")], [replace(CUT_OFF, is_known=True)]],
    ids=["nobody knows", "nothing", "without a name", "the stack has it by now"],
)
def test_where_nothing_can_be_taken_over_nobody_is_asked(cut_off):
    cloud = Cloud({"status": "ACTIVE", **OURS})
    register(cloud, cut_off)
    assert cloud.asked == []
    assert cloud.imports == [""]


def test_a_preview_takes_nothing_over():
    cloud = Cloud({"status": "ACTIVE", **OURS})
    register(cloud, is_preview=True)
    assert cloud.imports == [""]
