import shlex

import pytest

from delivery import cutoffs
from delivery.cutoffs import Cutoff

STACK = "urn:pulumi:staging::pvn::"
PROVIDER = f"{STACK}pulumi:providers:any::any"
EKS, GKE, AKS = (
    "aws:eks/cluster:Cluster",
    "gcp:container/cluster:Cluster",
    "azure-native:containerservice:ManagedCluster",
)
GROUP, POOL = "aws:eks/nodeGroup:NodeGroup", "azure-native:containerservice:AgentPool"
OF_AKS = {"resourceGroupName": "g", "resourceName": "k"}
IN_AZURE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/k"


def cut(type_, inputs, kind="creating"):
    found = {"urn": f"{STACK}{type_}::k", "type": type_, "inputs": inputs, "provider": f"{PROVIDER}::id"}
    return {"type": kind, "resource": found}


def state(*operations, known=()):
    """A state with operations that were cut off; `known` are the types of what the stack has."""
    provider = {"urn": PROVIDER, "inputs": {"project": "p", "subscriptionId": "s", "assumeRoles": [{}]}}
    return {"resources": [provider, *({"urn": f"{STACK}{one}::k"} for one in known)], "pending_operations": [*operations]}


def only(deployment) -> Cutoff:
    (found,) = cutoffs.of_state(deployment)
    return found


@pytest.mark.parametrize(
    ("type_", "inputs", "name"),
    [
        (EKS, {"name": "k"}, "k"),
        (GROUP, {"clusterName": "k", "nodeGroupName": "n-1"}, "k:n-1"),
        (GKE, {"name": "k", "location": "l"}, "projects/p/locations/l/clusters/k"),
        ("gcp:container/nodePool:NodePool", {"cluster": "projects/p/…/k", "name": "n"}, "projects/p/…/k/nodePools/n"),
        (AKS, OF_AKS, IN_AZURE),
        (POOL, {**OF_AKS, "agentPoolName": "n"}, f"{IN_AZURE}/agentPools/n"),
    ],
)
def test_what_takes_minutes_is_called_as_its_cloud_calls_it(type_, inputs, name):
    assert only(state(cut(type_, inputs))).id == name


@pytest.mark.parametrize(("type_", "inputs"), [("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"}), (EKS, {})])
def test_what_cannot_be_told_from_here_has_no_name_and_nobody_is_asked_for_it(type_, inputs):
    found = only(state(cut(type_, inputs)))
    assert found.id == ""
    assert found.question is None


@pytest.mark.parametrize(
    ("type_", "inputs", "asked"),
    [
        (EKS, {"name": "k"}, {"name": "k"}),
        (GKE, {"name": "k", "location": "l"}, {"name": "k", "location": "l", "project": "p"}),
        (AKS, OF_AKS, OF_AKS),
        (GROUP, {"clusterName": "k", "nodeGroupName": "n-1"}, {"clusterName": "k", "nodeGroupName": "n-1"}),
        (POOL, {**OF_AKS, "agentPoolName": "n"}, {**OF_AKS, "agentPoolName": "n"}),
    ],
)
def test_each_cloud_is_asked_for_it_by_its_name(type_, inputs, asked):
    question = only(state(cut(type_, inputs))).question
    assert question is not None
    assert question.arguments == asked


def test_what_the_stack_has_by_now_is_known_and_said_once():
    twice = state(cut(EKS, {"name": "k"}), cut(EKS, {"name": "k"}), known=[EKS])
    assert only(twice).is_known
    assert not only(state(cut(EKS, {"name": "k"}))).is_known


def test_only_creations_leave_something_behind_of_which_the_state_does_not_know():
    assert cutoffs.of_state(state(cut(EKS, {"name": "k"}, "updating"))) == ()
    assert cutoffs.of_state({"resources": None}) == ()


def test_one_command_takes_it_over_whatever_is_in_its_names():
    one = Cutoff("urn:pulumi:staging::pvn::a$b:c:D::it's", "", None, "urn:the parent", "urn:the$provider", is_known=False)
    words = shlex.split(cutoffs.takeover("staging", one))
    assert words[:5] == ["pulumi", "import", "--stack", "staging", "--yes"]
    assert words[-7:] == [
        "--parent",
        "parent=urn:the parent",
        "--provider",
        "provider=urn:the$provider",
        "b:c:D",
        "it's",
        "ID",
    ]
