"""The clouds' components on the real engine: emulated accounts, real API servers, and the clouds' way to their tokens."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import time
from dataclasses import replace

import pytest

from tests.engine import kills
from tests.engine.emulated import CI
from tests.engine.emulator.world import CALLER, Resource
from tests.engine.project import image


def differing(before: list[Resource], after: list[Resource]) -> set[str]:
    """Return the types of the things that came, went or changed."""
    return {one.type for one in before if one not in after} | {one.type for one in after if one not in before}


def test_a_cluster_from_its_preview_to_its_end(cloud):
    cloud.configure("staging", protect=True)
    cloud.init("staging")
    said = cloud.pulumi("preview", "--stack", "staging")
    assert said.code == 0, said.out
    assert "apps/v1:Deployment k-staging/pvn-shop-rc-staging/web create" in said
    assert cloud.world.resources() == []

    # interrupted while its cluster is made, it is finished by the next update
    cloud.world.slow(cloud.cloud.cluster, 120)
    update = begin(cloud, cloud.cloud.cluster)
    update.send_signal(signal.SIGINT)
    interrupted, _ = update.communicate(timeout=60)
    assert update.returncode != 0, interrupted
    half = cloud.cluster("staging")
    assert not half.is_finished
    cloud.world.slow(cloud.cloud.cluster, 0)
    said = cloud.up("staging")
    assert said.code == 0, said.out
    assert cloud.images("staging") == {"web": image("one")}
    assert (cloud.cluster("staging").id, cloud.cluster("staging").is_finished) == (half.id, True)
    first = cloud.made("staging")

    said = cloud.up("staging", "--expect-no-changes")
    assert said.code == 0, said.out
    assert cloud.made("staging") == first

    cloud.configure("staging", **cloud.cloud.more_nodes)
    said = cloud.up("staging")
    assert said.code == 0, said.out
    assert differing(first, second := cloud.made("staging")) == {cloud.cloud.nodes}

    # what would make the cluster anew, or take it away, stops before anything of it is touched
    cluster = cloud.urn("staging", cloud.cloud.cluster)
    for refused in (cloud.up("staging", "--replace", cluster), cloud.pulumi("destroy", "--stack", "staging", "--yes")):
        assert refused.code != 0
        assert "protect" in refused
        assert cloud.cluster("staging") in second
        assert cloud.cluster("staging") == next(one for one in cloud.made("staging") if one.type == cloud.cloud.cluster)
    assert cloud.images("staging") == {"web": image("one")}

    # the kubeconfig holds no key: in other hands it opens nothing
    config = str(cloud.home / "staging.kubeconfig")
    stranger = ("env", f"{CALLER}=arn:aws:iam::000000000009:user/mallory")
    for who, is_let_in in (((), True), (stranger, False)):
        asked = cloud.run(*who, "kubectl", "--kubeconfig", config, "get", "deployments", "--all-namespaces")
        assert (asked.code == 0, "web" in asked) == (is_let_in, is_let_in)

    cloud.configure("staging", protect=False)
    assert cloud.up("staging").code == 0
    said = cloud.pulumi("destroy", "--stack", "staging", "--yes", "--skip-preview")
    assert said.code == 0, said.out
    assert cloud.made("staging") == []


def test_production_in_its_own_account_moves_only_after_staging_and_a_signature(cloud):
    shared = cloud.up("shared")
    assert shared.code == 0, shared.out
    assert cloud.up("staging").code == 0
    said = cloud.up("production")
    assert said.code == 0, said.out
    assert "manualApproval: 0 of 1 approvals" in said
    assert cloud.objects("production") == {}

    assert cloud.approve().code == 0
    said = cloud.up("production")
    assert said.code == 0, said.out
    assert cloud.images("production") == {"web": image("one")}

    # a new image: held in production, with its objects as they are, until staging has it and a person has signed again
    held = cloud.objects("production")
    cloud.release("web", "two")
    said = cloud.up("production")
    assert "'staging' has version" in said
    assert "manualApproval: 0 of 1 approvals" in said
    assert cloud.objects("production") == held
    assert cloud.up("staging").code == 0
    assert cloud.approve().code == 0
    assert cloud.up("production").code == 0
    assert cloud.images("production") == {"web": image("two")}

    # nothing of one account is in another one; only grants name who is let in from elsewhere
    for stack, account in cloud.cloud.accounts.items():
        others = set(cloud.cloud.accounts.values()) - {account}
        owned = [one for one in cloud.made(stack) if not one.type.endswith(("IamMember", "RoleAssignment"))]
        assert owned
        assert not [one for one in owned for other in others if other in one.id]


def test_what_a_killed_update_was_making_is_finished_by_the_next_one_and_never_made_twice(cloud):
    kill(cloud, cloud.cloud.cluster)
    (half,) = cloud.world.resources(kind=cloud.cloud.cluster)
    # the next one takes the cluster over, and is killed in turn while it makes the nodes
    kill(cloud, cloud.cloud.nodes)
    (nodes,) = cloud.world.resources(kind=cloud.cloud.nodes)
    said = cloud.up("staging")
    assert said.code == 0, said.out
    assert cloud.images("staging") == {"web": image("one")}
    for made in (half, nodes):
        assert [one.id for one in cloud.world.resources(kind=made.type)] == [made.id]

    # what the engine goes on warning of is forgotten with the command that the doctor names
    assert "pending operations" in said
    (fix,) = {one["fix"] for one in doctor(cloud)}
    assert cloud.run(*shlex.split(fix)).code == 0
    said = cloud.up("staging", "--expect-no-changes")
    assert said.code == 0, said.out
    assert "pending operations" not in said
    assert doctor(cloud) == []


@pytest.mark.parametrize("cloud", ["aws"], indirect=True)
def test_a_cluster_that_nothing_marks_as_ours_is_taken_over_by_the_command_that_the_doctor_names(cloud):
    kill(cloud, cloud.cloud.cluster)
    (half,) = cloud.world.resources(kind=cloud.cloud.cluster)
    cloud.world.put(replace(half, by="arn:aws:iam::000000000001:user/jane"))
    said = cloud.up("staging")
    assert said.code != 0
    assert "already exists" in said
    assert "where it says that there is one already: pvn doctor staging" in said
    (found,) = doctor(cloud)
    assert cloud.run(*shlex.split(found["fix"].partition(", if its cloud has it")[0])).code == 0
    said = cloud.up("staging")
    assert said.code == 0, said.out
    assert [one.id for one in cloud.world.resources(kind=half.type)] == [half.id]
    assert cloud.images("staging") == {"web": image("one")}


def doctor(cloud) -> list[dict[str, str]]:
    """Return what the doctor says of things that were cut off while they were made."""
    found = json.loads(cloud.pvn("doctor", "staging", "--output", "json").out)
    return [one for one in found if "cut off while it was made" in one["about"]]


def kill(cloud, kind: str) -> None:
    """Kill an update of staging with all that belongs to it while it makes something of a type."""
    cloud.world.slow(kind, 120)
    update = begin(cloud, kind)
    kills.kill(update, cloud, "staging")
    cloud.world.slow(kind, 0)
    cloud.pulumi("cancel", "--stack", "staging", "--yes")


def begin(cloud, kind: str) -> subprocess.Popen[str]:
    """Start an update of staging and return when something of a type is being made."""
    cloud.init("staging")
    update = kills.begin(cloud, "staging")
    while not cloud.world.resources(kind=kind):
        assert update.poll() is None, update.communicate()[0]
        time.sleep(0.1)
    # everything that does not wait for it is there a moment later
    count = 0
    while count != (count := len(cloud.world.resources())):
        time.sleep(1)
    return update


def test_a_sick_cluster_costs_its_neighbour_nothing_and_itself_no_record(cloud):
    cloud.add_neighbour()
    cloud.world.fail(cloud.cloud.cluster, "create", cloud.cloud.forbidden, of="k-edge")
    said = cloud.up("staging")
    assert said.code != 0
    assert cloud.cloud.forbidden in said
    assert written(cloud, said, "k-edge").startswith(("'1.35'", "account:"))  # in GKE a channel has it
    assert "fix: " in said
    assert "Traceback" not in said
    assert cloud.images("staging") == {"web": image("one")}
    records = cloud.outputs("staging")["releases"]
    assert records["shop/staging/web"]["current"].startswith("sha256:")

    # the next update makes what is missing, and leaves alone what is there; this time the nodes come half
    cloud.world.fail(cloud.cloud.nodes, "create", "no capacity in zone a", half=True, of="k-edge")
    first = [one for one in cloud.made("staging") if "k-staging" in one.id]
    said = cloud.up("staging")
    assert said.code != 0
    assert "no capacity in zone a" in said
    assert [one for one in cloud.made("staging") if "k-staging" in one.id] == first
    said = cloud.up("staging")
    assert said.code == 0, said.out
    assert cloud.images("edge") == cloud.images("staging") == {"web": image("one")}

    # it falls ill while its services change: its neighbour's are changed and recorded, its own stay as they are
    held, before = cloud.objects("edge"), cloud.outputs("staging")["releases"]["shop/edge/web"]["current"]
    cloud.settings["edge"] |= cloud.cloud.more_nodes
    cloud.configure("staging")
    cloud.release("web", "two")
    config = cloud.home / "edge.kubeconfig"
    cloud.world.fail(cloud.cloud.nodes, "update", "there is no such type of machine", of="k-edge")
    said = cloud.up("staging")
    assert said.code != 0
    assert "there is no such type of machine" in said
    assert written(cloud, said, "k-edge-nodes").startswith("max: 12")
    after = cloud.outputs("staging")["releases"]
    assert cloud.images("staging") == {"web": image("two")}
    assert after["shop/staging/web"]["current"] == after["shop/staging/web"]["tried"]
    assert after["shop/edge/web"]["last"] == before
    assert held["web"]["metadata"]["resourceVersion"] in cloud.run(
        "kubectl", "--kubeconfig", config, "--namespace=pvn-shop-rc-edge", "get", "deployment", "web", "--output=json"
    )
    said = cloud.up("staging")
    assert said.code == 0, said.out
    assert cloud.images("edge") == cloud.images("staging") == {"web": image("two")}


def written(cloud, said, name: str) -> str:
    """Return what stands in the stack file where an update says that something failed."""
    place = rf"Pulumi.staging.yaml:(\d+):(\d+): runtimes/k-edge is not finished: \S+ {name} failed"
    (found,) = set(re.findall(place, said.out))  # shown while it happens, and once more at the end
    line, column = map(int, found)
    return (cloud.root / "Pulumi.staging.yaml").read_text().splitlines()[line - 1][column - 1 :]


def test_credentials_that_do_not_lead_to_the_account_stop_before_anything_is_made(cloud):
    cloud.world.allow(CI, cloud.cloud.roles["production"])
    said = cloud.up("staging")
    assert said.code != 0
    assert cloud.cloud.denied in said
    assert "Traceback" not in said
    assert cloud.world.resources() == []
