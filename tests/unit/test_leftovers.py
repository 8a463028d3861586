"""What a killed update began, read out of a state: it is kept as it was let through, or nobody goes on."""

import pytest

from delivery import leftovers, objects
from delivery.manifests import with_version
from delivery.records import History, Ledger
from tests.unit import made

WANTED, OLD = made.candidate(), made.candidate(image="old", version="v0")
ID, SPACE = "shop/production/web", "shop-production"
STACK = "urn:pulumi:production::pvn::"
INSTANCE = f"{STACK}pvn:delivery:ServiceInstance::{ID}"


def component(of, name=ID):
    inputs = {"version": of.version, "manifests": of.bundle.digest}
    return {"urn": f"{STACK}pvn:delivery:ServiceInstance::{name}", "type": "pvn:delivery:ServiceInstance", "inputs": inputs}


def registered(of, name="web", **more):
    """An object of a candidate as the provider keeps it."""
    (found,) = with_version(of.bundle.objects, of.version)
    ours = {objects.MANIFESTS: of.bundle.digest, objects.MANAGER: "pvn", objects.FORCE: "true"}
    metadata = found["metadata"] | {"name": name, "annotations": found["metadata"]["annotations"] | ours}
    return {
        "urn": f"{INSTANCE}$kubernetes:apps/v1:Deployment::k-production/{SPACE}/{name}".replace(f"::{ID}$", "$"),
        "type": "kubernetes:apps/v1:Deployment",
        "parent": INSTANCE,
        "inputs": found | {"metadata": metadata, "__initialApiVersion": "apps/v1"},
    } | more


NAMESPACE = {
    "urn": f"{STACK}kubernetes:core/v1:Namespace::k-production/{SPACE}",
    "type": "kubernetes:core/v1:Namespace",
    "inputs": {},
}


def state(*resources, pending=()):
    operations = [{"type": kind, "resource": one} for kind, one in pending]
    return {"resources": [NAMESPACE, *resources], "pending_operations": operations}


def remembered(deployment, ledger=None):
    return leftovers.remembered(deployment, [WANTED], ledger or Ledger())


@pytest.mark.parametrize("deployment", [{}, {"resources": None}, state(), state(component(WANTED))])
def test_where_nothing_was_made_nothing_was_begun(deployment):
    assert remembered(deployment) == Ledger()


@pytest.mark.parametrize(
    "deployment",
    [
        state(component(WANTED), registered(WANTED)),
        state(component(WANTED), pending=[("creating", registered(WANTED))]),
    ],
    ids=["made", "in the making"],
)
def test_a_release_that_is_still_wanted_was_begun_as_a_whole(deployment):
    assert remembered(deployment) == Ledger(
        {ID: History(is_interrupted=True, tried=made.record(WANTED))}, {WANTED.bundle.digest: WANTED.bundle.text}
    )


def test_of_a_release_that_nobody_wants_any_more_what_there_is_was_begun():
    found = remembered(state(component(OLD), registered(OLD), pending=[("creating", registered(OLD, "worker"))]))
    begun = found.history(ID).begun
    assert begun is not None
    assert begun.version == OLD.version
    kept = found.bundle(begun)
    assert kept.runtime == OLD.bundle.runtime
    assert kept.namespace == SPACE
    (web,) = OLD.bundle.objects
    assert kept.objects == (web, web | {"metadata": web["metadata"] | {"name": "worker"}})


def test_a_namespace_that_the_stack_did_not_make_is_not_made_for_it():
    deployment = {"resources": [component(OLD), registered(OLD)]}
    begun = remembered(deployment).history(ID).begun
    assert begun is not None
    assert remembered(deployment).bundle(begun).namespace is None


def test_what_the_stack_remembers_is_left_as_it_is():
    ledger = made.ledger(production=(OLD,))
    assert remembered(state(component(WANTED), registered(WANTED)), ledger) == ledger


@pytest.mark.parametrize(
    "deployment",
    [
        state(component(WANTED, "shop/production/other"), registered(WANTED)),
        state(component(WANTED), registered(WANTED, parent="")),
        state(component(WANTED), registered(WANTED, delete=True)),
        state(component(WANTED), pending=[("deleting", registered(WANTED))]),
    ],
    ids=["another service", "another parent", "to be deleted", "being deleted"],
)
def test_what_is_of_another_service_or_on_its_way_out_was_not_begun(deployment):
    assert remembered(deployment) == Ledger()


def test_a_value_that_is_encrypted_cannot_be_kept():
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}
    found = registered(OLD)
    found["inputs"] = found["inputs"] | {"spec": {"token": secret}}
    with pytest.raises(ValueError, match="encrypted"):
        remembered(state(component(OLD), found))


@pytest.mark.parametrize("broken", [{"inputs": {}}, {"urn": "web"}, {"urn": None}])
def test_a_state_that_makes_no_sense_is_no_answer(broken):
    with pytest.raises((LookupError, TypeError, AttributeError)):
        remembered(state(component(WANTED) | broken, registered(WANTED)))


def resource(type_, name, parent="", **more):
    above = f"{parent.split('::')[2]}$" if parent else ""
    return {"urn": f"{STACK}{above}{type_}::{name}", "type": type_, "parent": parent, "custom": "pvn:" not in type_} | more


RUNTIME = resource("pvn:aws:Runtime", "k")
NETWORK = resource("pvn:aws:Network", "k", RUNTIME["urn"])
CLUSTER, VPC = resource("aws:eks/cluster:Cluster", "k", RUNTIME["urn"]), resource("aws:ec2/vpc:Vpc", "k", NETWORK["urn"])


@pytest.mark.parametrize(
    ("deployment", "found"),
    [
        (state(RUNTIME, CLUSTER), True),
        (state(RUNTIME, NETWORK, VPC), True),
        (state(RUNTIME, pending=[("creating", CLUSTER)]), True),
        (state(RUNTIME, NETWORK), False),
        (state(RUNTIME, resource("pulumi:providers:aws", "k", RUNTIME["urn"])), False),
        (state(RUNTIME, CLUSTER | {"delete": True}), False),
        (state(resource("pvn:aws:Registry", "k"), resource("aws:ecr/repository:Repository", "k")), False),
    ],
    ids=["made", "a part of it", "in the making", "the idea of it", "the way to it", "on its way out", "another one"],
)
def test_a_runtime_was_begun_where_a_state_has_anything_real_of_it(deployment, found):
    assert leftovers.parts(deployment, ["runtimes/k", "runtimes/other"]) == (("runtimes/k",) if found else ())
