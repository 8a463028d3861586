"""What happens when the world does not play along: nothing is lost, and the next update goes on."""

import json
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.engine.kills import begin, kill_update, mend_state, read, state_of
from tests.engine.project import deployment, image

TREE = "the tree no longer has it there"
NEVER_READY = deployment("web", nodeSelector={"never": "there"})


@pytest.fixture
def released(project):
    """A shop of two services, the first release of which runs in both channels."""
    project.add("web")
    project.add("api")
    for step in (project.up("staging"), project.approve(), project.up("production")):
        assert step.code == 0, step.out
    return project


def test_production_without_a_staging_stack_waits_and_says_so(project):
    project.add("web")
    said = project.up("production")
    assert said.code == 0, said.out
    assert "stack 'staging' does not exist yet" in said
    assert "next: pulumi stack init staging && pulumi up -s staging" in said
    assert project.objects("production") == {}


@pytest.mark.makes_clusters
def test_a_staging_cluster_that_is_down_keeps_production_as_it_is(released):
    held = released.objects("production")
    released.release("web", "two")
    assert released.up("staging").code == 0
    assert released.approve().code == 0
    released.kwokctl("stop", "staging")
    said = released.up("production")
    assert said.code == 0, said.out
    assert "runtime 'k-staging' does not answer" in said
    assert released.objects("production") == held

    # as after a reboot: the next update of staging starts its cluster again, and production goes on. Its nodes come back as
    # soon as the lease of the process is over that ran their pods before
    assert "--node-lease-duration-seconds=20" in (released.root / ".pvn/clusters/k-staging/kwok.yaml").read_text()
    assert released.up("staging").code == 0
    assert released.up("production").code == 0
    assert released.images("production") == {"web": image("two"), "api": image("one")}


def test_a_service_that_never_becomes_ready_does_not_stop_its_neighbours(released):
    released.add("web", NEVER_READY, progressDeadline="15s")
    released.release("api", "two")
    said = released.up("staging")
    assert said.code != 0
    assert "web" in said
    assert released.images("staging")["api"] == image("two")
    remembered = released.outputs("staging")["releases"]
    assert remembered["shop/staging/api"]["current"] != remembered["shop/staging/api"]["last"]
    assert remembered["shop/staging/web"]["last"].startswith("sha256:")

    # its neighbour's new version may go on to production, its own may not, whatever people sign
    held = released.objects("production")["web"]
    assert released.approve().code == 0
    said = released.up("production")
    assert "the last update of 'staging' did not complete" in said
    assert released.images("production")["api"] == image("two")
    assert released.objects("production")["web"] == held

    # mended, it completes
    released.add("web", first="three")
    assert released.up("staging").code == 0
    assert released.images("staging") == {"web": image("three"), "api": image("two")}


@pytest.mark.stops_a_cluster
def test_a_production_cluster_that_goes_down_in_the_middle_loses_nothing(released):
    # less than the ten minutes for which the provider would look for a dead cluster
    released.add("web", first="two", progressDeadline="180s")
    released.add("api", first="two", progressDeadline="180s")
    assert released.up("staging").code == 0
    assert released.approve().code == 0
    before = released.outputs("production")["releases"]
    update = begin(released, "production")
    said = read(update, until="apps/v1:Deployment")
    released.kwokctl("stop", "production")
    try:
        said += update.communicate(timeout=15)[0]
    except subprocess.TimeoutExpired:
        # a provider that is caught while it subscribes to the cluster's events waits until there is one; a person does not
        update.send_signal(signal.SIGINT)
        said += update.communicate(timeout=120)[0]
    assert update.returncode != 0, said
    assert "Traceback" not in said
    after = released.outputs("production")["releases"]
    for name, one in after.items():
        assert before[name]["current"] in (one["last"], one["current"])

    released.control_plane("production").ensure(1)  # whoever looks after it starts it again
    finished = released.up("production")
    assert finished.code == 0, finished.out
    assert released.images("production") == {"web": image("two"), "api": image("two")}


def test_a_state_that_was_cut_off_is_mended_as_status_says(released):
    state = state_of(released, "production").resolve()
    for suffix, fix in (("", f"cp {state}.bak {state}"), (".attrs", f"rm {state}.attrs")):
        file = Path(f"{state}{suffix}")
        file.write_text(file.read_text()[:-20])
        said = released.pvn("status", "shop")
        assert said.code == 4, said.out
        assert fix in said
        assert released.up("production").code != 0
        mend_state(released, "production")
        assert released.up("production", "--expect-no-changes").code == 0


def test_a_killed_update_is_finished_by_the_next_one(released):
    released.release("web", "two")
    kill_update(released, "staging", until="kubernetes:apps/v1:Deployment")
    said = released.up("staging")
    assert said.code == 0, said.out
    assert released.images("staging") == {"web": image("two"), "api": image("one")}


def test_what_is_held_is_put_back_where_a_killed_update_had_replaced_it(released):
    """Killed after the cluster has taken the objects and before the state has: here the state is put back to what it was."""
    before, held = released.root / "before.json", released.images("production")
    released.release("web", "two")
    assert released.up("staging").code == 0
    assert released.pulumi("stack", "export", "--stack", "production", "--file", str(before)).code == 0
    signed = set((released.root / "approvals").glob("**/*.yaml"))
    for step in (released.approve(), released.up("production")):
        assert step.code == 0, step.out
    assert released.pulumi("stack", "import", "--stack", "production", "--file", str(before)).code == 0
    assert released.images("production") == held | {"web": image("two")}

    for file in set((released.root / "approvals").glob("**/*.yaml")) - signed:
        file.unlink()
    said = released.up("production")
    assert said.code == 0, said.out
    assert "shop/production/web gets back" in said
    assert released.images("production") == held
    said = released.up("production")
    assert said.code == 0, said.out
    assert "shop/production/web keeps" in said
    assert released.images("production") == held
    assert released.up("production", "--expect-no-changes").code == 0


def test_first_releases_that_a_killed_update_began_are_kept_and_finished_later(released):
    for name in ("new", "newer"):
        released.add(name)
    assert released.up("staging").code == 0
    signed = set((released.root / "approvals").glob("**/*.yaml"))
    assert released.approve().code == 0
    kill_update(released, "production", until="Deployment k-production/pvn-shop-rc-production/new created")
    began = released.objects("production")
    assert "new" in began
    assert "new" not in str(released.outputs("production")["releases"])

    # nobody stands by it any more, and the tree moves on: what was let through stays as it was
    for file in set((released.root / "approvals").glob("**/*.yaml")) - signed:
        file.unlink()
    released.release("new", "two")
    assert released.up("staging").code == 0
    said = released.up("production")
    assert said.code == 0, said.out
    assert "shop/production/new keeps" in said
    kept = released.objects("production")
    assert {name: one["metadata"]["uid"] for name, one in began.items()}.items() <= {
        name: one["metadata"]["uid"] for name, one in kept.items()
    }.items()
    assert released.images("production")["new"] == image("one")

    # and whoever signs for the next release meets no trace of the killed one
    assert released.approve().code == 0
    finished = released.up("production")
    assert finished.code == 0, finished.out
    after = {"web": image("one"), "api": image("one"), "new": image("two"), "newer": image("one")}
    assert released.images("production") == after
    said = released.kubectl("production", "get", "deployments", "--output", "json", "--show-managed-fields")
    fields = [field for one in json.loads(said.out)["items"] for field in one["metadata"]["managedFields"]]
    assert {one["manager"] for one in fields if one["operation"] == "Apply"} == {"pvn"}


def without_web(project):
    shutil.rmtree(project.root / "applications/shop/web")
    kept = {"api": {"parameters": {"image": image("one")}}}
    project.write("releases/shop.yaml", {"release": {"application": "shop", "services": kept}})


UNUSABLE = {
    "no folder": (lambda p: (p.root / "applications").rename(p.home / "elsewhere"), "applications"),
    "empty": (lambda p: [f.unlink() for f in sorted((p.root / "applications").rglob("*.yaml"))], "applications"),
    "broken": (
        lambda p: p.write("applications/shop/web/web.pvn.yaml", "service: ["),
        "applications/shop/web/web.pvn.yaml:",
    ),
    "a file gone": (lambda p: (p.root / "applications/shop/web/web.pvn.yaml").unlink(), "web"),
    "a service gone": (without_web, TREE),
    "no values": (
        lambda p: p.write("releases/shop.yaml", "release: {application: shop}"),
        "needs the parameter 'image'",
    ),
    "no runtime": (lambda p: (p.root / "Pulumi.production.yaml").write_text("config: {}\n"), "k-production"),
}


def test_a_tree_that_cannot_be_used_changes_nothing(released, subtests):
    shutil.copytree(released.root, released.home / "kept", ignore=shutil.ignore_patterns(".pvn"))
    held, remembered = released.objects("production"), released.outputs("production")
    for name, (break_it, what) in UNUSABLE.items():
        with subtests.test(name):
            break_it(released)
            said = released.up("production")
            assert said.code != 0
            assert what in said
            assert "fix: " in said
            assert "Traceback" not in said
            assert released.objects("production") == held
            assert released.outputs("production") == remembered
        for folder in ("applications", "releases"):
            shutil.rmtree(released.root / folder, ignore_errors=True)
        shutil.copytree(released.home / "kept", released.root, dirs_exist_ok=True)


def test_a_tombstone_lets_a_service_go(released):
    shutil.rmtree(released.root / "applications/shop/web")
    released.write("releases/shop.yaml", "release: {application: shop, removed: [web]}")
    released.release("api", "one")
    said = released.up("staging")
    assert said.code == 0, said.out
    assert set(released.objects("staging")) == {"api"}
