import pytest

from delivery import document, foundations, stacks
from delivery.foundations import Foundation
from delivery.inventories import Inventory
from delivery.problems import Refused
from pvn import broken
from tests.unit.foundation import evidence, inventory, local, stack

FILE = "Pulumi.staging.yaml"
TEXT = """\
config:
  pvn:runtimes:
    - name: k
      type: eks
      account: {id: "111111111111", region: us-east-1, role: "arn:aws:iam::111111111111:role/pvn-deploy"}
      network: {cidr: 10.10.0.0/16}
      version: "1.35"
      nodes:
        instanceType: t3a.large
    - {name: other, type: local}
  pvn:registries:
    - {name: k, type: external, url: docker.io}
"""
PRODUCTION = stack(local("k"))
RUNTIME = "urn:pulumi:staging::pvn::pvn:aws:Runtime::k"


def foundation() -> Foundation:
    found, problems = stacks.read(document.load(TEXT, FILE), FILE)
    assert found is not None, problems
    return foundations.lay(found, foundations.alterations("staging", found, Inventory()), Inventory(), evidence())


def of_k(type_: str, name: str) -> str:
    return f"urn:pulumi:staging::pvn::pvn:aws:Runtime${type_}::{name}"


def test_each_failure_is_told_with_the_line_of_the_setting_that_its_cloud_most_likely_means():
    urns = [of_k("aws:eks/cluster:Cluster", "k"), of_k("pvn:aws:Nodes$aws:eks/nodeGroup:NodeGroup", "k-nodes")]
    said = broken.text(foundation(), {RUNTIME: [*urns, of_k("aws:kms/key:Key", "k-secrets")]})
    assert [line.partition(" failed")[0] for line in said.splitlines() if not line.startswith("  fix: ")] == [
        f"{FILE}:7:16: runtimes/k is not finished: aws:eks/cluster:Cluster k",
        f"{FILE}:9:9: runtimes/k is not finished: aws:eks/nodeGroup:NodeGroup k-nodes",
        f"{FILE}:3:7: runtimes/k is not finished: aws:kms/key:Key k-secrets",
    ]
    assert said.count("\n  fix: ") == 3


def test_a_registry_is_not_taken_for_a_runtime_of_its_name():
    said = broken.text(foundation(), {"urn:pulumi:staging::pvn::pvn:linked:Registry::k": [of_k("a:b:C", "k")]})
    assert said.startswith(f"{FILE}:12:7: registries/k is not finished")


def test_the_failure_of_a_service_says_all_there_is_to_say_by_itself():
    top = "urn:pulumi:staging::pvn::pvn:delivery:ServiceInstance::shop/staging/web"
    assert not broken.text(foundation(), {top: [f"{top}"]})
    assert not broken.text(foundation(), {})


def test_what_is_held_from_settings_that_the_file_does_not_have_is_told_with_the_file():
    known, settings = inventory(local()), stack()
    held = foundations.lay(settings, foundations.alterations("production", settings, known), known, evidence())
    top = "urn:pulumi:production::pvn::pvn:local:Runtime::k-production"
    said = broken.text(held, {top: ["urn:pulumi:production::pvn::pvn:local:Runtime$kwok:index:Cluster::k-production"]})
    assert said.startswith("Pulumi.production.yaml: runtimes/k-production is not finished: kwok:index:Cluster k-production ")


def test_what_a_killed_update_began_is_not_deleted_because_its_gate_is_shut_again():
    waiting = foundations.lay(
        PRODUCTION, foundations.alterations("production", PRODUCTION, Inventory()), Inventory(), evidence()
    )
    broken.refuse(waiting, ())
    with pytest.raises(Refused) as refused:
        broken.refuse(waiting, ["runtimes/k"])
    assert str(refused.value) == (
        "Pulumi.production.yaml: an update that was killed has begun runtimes/k, which waits for stackStable staging, "
        "manualApproval now: going on would delete it\n  fix: open that, then update again (pvn status says how)"
    )
