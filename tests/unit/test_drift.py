"""What counts as the object that a release made, judged by what a real API server said of it.

`drift/wanted.yaml` was applied on the server's side, as an update does it; `applied.json` has the server's answers, and
`changed.json` what became of its Deployment after each of the commands that it names.
"""

import copy
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from delivery.drift import drift

FOLDER = Path(__file__).parent / "drift"
WANTED = list(yaml.safe_load_all((FOLDER / "wanted.yaml").read_text()))
APPLIED = json.loads((FOLDER / "applied.json").read_text())
CHANGED = json.loads((FOLDER / "changed.json").read_text())
WEB = WANTED[0]
BOTH = list(zip(WANTED, APPLIED, strict=True))
CONTAINER = "spec.template.spec.containers[web]"


def said(wanted, live):
    found = drift(wanted, live)
    return found and found.fact


def ours(live):
    return next(one for one in live["metadata"]["managedFields"] if one["manager"] == "pvn")


@pytest.mark.parametrize(("wanted", "live"), BOTH, ids=[one["kind"] for one in WANTED])
def test_what_was_applied_is_as_released(wanted, live):
    assert drift(wanted, live) is None


@pytest.mark.parametrize(
    ("by", "fact"),
    [
        ("kubectl set image", f"{CONTAINER}.image was changed by kubectl-set"),
        ("kubectl set env", f"{CONTAINER}.env[A].value was changed by kubectl-set"),
        ("kubectl scale to 2", "spec.replicas was changed by kubectl"),
        ("kubectl scale to 0", "spec.replicas was set to 0"),
        ("a field taken away", f"{CONTAINER}.env[A] is gone"),
        ("an item of an atomic list", f"{CONTAINER}.args was changed by kubectl-patch"),
        ("another apply", "spec.minReadySeconds was changed by argocd"),
        ("an autoscaler", None),
        ("a rollout restart", None),
        ("a sidecar", None),
        ("the same value again", None),
    ],
)
def test_each_hand_that_changes_what_was_released_is_seen_and_no_other(by, fact):
    assert said(WEB, CHANGED[by]) == fact


@pytest.mark.parametrize(
    ("at", "name", "said_of_it"),
    [
        (("spec",), "replica", "spec.replica is gone, or its cluster knows no such field"),
        (("metadata", "labels"), "team", "metadata.labels.team is gone"),
    ],
)
def test_a_field_that_is_not_there_may_be_none_unless_any_name_will_do(at, name, said_of_it):
    wanted = copy.deepcopy(WEB)
    fields = wanted
    for step in at:
        fields = fields.setdefault(step, {})
    fields[name] = 3
    found = drift(wanted, APPLIED[0])
    assert found is not None
    assert (found.fact, found.is_dropped) == (said_of_it, "or its cluster" in said_of_it)


def owned(fields, path=()):
    """Yield the path of every single thing that is owned."""
    for name, below in fields.items():
        if name != "." and below:
            yield from owned(below, (*path, name))
        elif name != ".":
            yield (*path, name)


def without(live, path):
    """Return an object of which somebody else has taken one field."""
    live = copy.deepcopy(live)
    nest = [ours(live)["fieldsV1"]]
    for name in path[:-1]:
        nest.append(nest[-1][name])
    for fields, name in zip(reversed(nest), reversed(path), strict=True):
        del fields[name]
        if fields:
            # a server keeps no field for which nothing is left
            break
    return live


EMPTY = {"f:annotations", "f:binaryData", "f:none", "f:empty", "f:emptyDir", "f:podSelector"}
"""What was set to nothing: others may fill it."""
LEAVES = [(number, path) for number, live in enumerate(APPLIED) for path in owned(ours(live)["fieldsV1"])]


@given(st.sampled_from([one for one in LEAVES if one[1][-1] not in EMPTY]))
def test_whatever_field_somebody_takes_over_is_missed(leaf):
    number, path = leaf
    assert drift(WANTED[number], without(APPLIED[number], path)) is not None


@pytest.mark.parametrize("manager", ["pvn", "pulumi-kubernetes", "pulumi-kubernetes-0f0dd1b9"])
def test_every_name_under_which_we_apply_counts(manager):
    live = copy.deepcopy(APPLIED[0])
    ours(live)["manager"] = manager
    assert drift(WEB, live) is None


@pytest.mark.parametrize(
    "entry", [{"manager": "kubectl"}, {"manager": "pvn-2"}, {"operation": "Update"}, {"subresource": "scale"}]
)
def test_what_others_applied_proves_nothing(entry):
    live = copy.deepcopy(APPLIED[0])
    ours(live).update(entry)
    assert said(WEB, live) == "no update of ours has applied it"


@pytest.mark.parametrize("kept", [{}, {"managedFields": None}, {"managedFields": []}])
def test_a_cluster_that_does_not_say_who_owns_what_proves_nothing_and_what_to_do_is_said(kept):
    live = copy.deepcopy(APPLIED[0])
    del live["metadata"]["managedFields"]
    live["metadata"] |= kept
    found = drift(WEB, live)
    assert found is not None
    assert "something on the way leaves metadata.managedFields out" in found.fact
    assert found.next == "kubectl get Deployment web --output yaml --show-managed-fields"


@pytest.mark.parametrize("kind", ["containers", "initContainers"])
def test_an_image_must_be_the_very_one_whoever_owns_it(kind):
    live = copy.deepcopy(APPLIED[0])
    live["spec"]["template"]["spec"][kind][0]["image"] = "docker.io/evil/x:2"
    assert said(WEB, live).endswith(".image was changed")


def test_nothing_running_is_no_proof_where_the_release_leaves_the_number_to_kubernetes():
    wanted, live = copy.deepcopy(WEB), copy.deepcopy(CHANGED["an autoscaler"])
    del wanted["spec"]["replicas"]
    assert drift(wanted, live) is None
    live["spec"]["replicas"] = 0
    assert said(wanted, live) == "spec.replicas was set to 0 by kube-controller-manager"
    wanted["spec"]["replicas"] = 0
    assert drift(wanted, live) is None


def test_what_was_set_to_nothing_others_may_fill_unless_it_is_one_value():
    policy, live = next((one, live) for one, live in BOTH if one["kind"] == "NetworkPolicy")
    live = without(live, ("f:spec", "f:podSelector"))
    other = {"manager": "kubectl-edit", "operation": "Update", "fieldsV1": {"f:spec": {"f:podSelector": {}}}}
    live["metadata"]["managedFields"].append(other)
    assert said(policy, live) == "spec.podSelector was changed by kubectl-edit"
    web = without(APPLIED[0], ("f:spec", "f:template", "f:metadata", "f:annotations"))
    assert drift(WEB, web) is None
