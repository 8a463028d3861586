"""What is held is neither changed nor lost: beside busy and broken neighbours, killed updates and a second update."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.engine.kills import begin, kill, read
from tests.engine.project import deployment, image

NEVER_READY = {"nodeSelector": {"never": "there"}}


@pytest.fixture
def released(project):
    """A shop of two services that run in both channels."""
    project.add("web")
    project.add("api")
    for step in (project.up("staging"), project.approve(), project.up("production")):
        assert step.code == 0, step.out
    return project


def test_a_held_service_stays_byte_identical_through_ten_releases_of_its_neighbour(released):
    released.release("web", "waits")
    held = released.objects("production")["web"]
    record = released.outputs("production")["releases"]["shop/production/web"]
    for number in range(10):
        released.release("api", f"no. {number}")
        for step in (released.up("staging"), released.approve("api"), released.up("production")):
            assert step.code == 0, step.out
        assert released.images("production")["api"] == image(f"no. {number}")
        assert released.objects("production")["web"] == held
    after = released.outputs("production")["releases"]["shop/production/web"]
    assert after["current"] == record["current"]


def test_a_staging_whose_new_version_crashes_and_starts_again_keeps_production_on_the_old_one(released):
    """Between two crashes everything looks well: ready, available, of the right version. The restart gives it away."""
    held = released.objects("production")
    released.release("web", "crashes")
    for step in (released.up("staging"), released.approve("web")):
        assert step.code == 0, step.out
    assert released.images("staging")["web"] == image("crashes")
    crash(released, "staging", "web")
    said = released.up("production")
    assert said.code == 0, said.out
    sick = "Deployment pvn-shop-rc-staging/web in 'staging' is not healthy: a container restarted at"
    assert sick in said
    assert released.objects("production") == held
    assert f"health: {sick}" in released.pvn("status")
    told = json.loads(released.pvn("why", "shop", "--output", "json").out)
    assert [told[f"shop/{stack}/web"]["healthy"] for stack in ("staging", "production")] == [False, True]
    assert told["shop/staging/web"]["ailment"].startswith(sick)


def crash(project, stack, name):
    """Let a pod's container have ended and started again just now: what a kubelet writes, and simulated nodes never do."""
    found = json.loads(project.kubectl(stack, "get", "pods", "--selector", f"app={name}", "--output", "json").out)
    (pod,) = found["items"]
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    (container,) = pod["status"]["containerStatuses"]
    ended = {"exitCode": 1, "reason": "Error", "startedAt": now, "finishedAt": now}
    crashed = {**container, "restartCount": 1, "lastState": {"terminated": ended}, "state": {"running": {"startedAt": now}}}
    patch = json.dumps({"status": {"containerStatuses": [crashed]}})
    done = project.kubectl(stack, "patch", "pod", pod["metadata"]["name"], "--subresource", "status", "--patch", patch)
    assert done.code == 0, done.out


def test_one_broken_service_of_ten_leaves_nine_released_and_recorded(project):
    names = [f"s{number}" for number in range(10)]
    for name in names:
        project.add(name)
    assert project.up("staging").code == 0
    for name in names:
        project.release(name, "two")
    project.add("s3", deployment("s3", **NEVER_READY), first="two", progressDeadline="10s")
    said = project.up("staging")
    assert said.code != 0
    assert "Traceback" not in said
    assert all(project.images("staging")[name] == image("two") for name in names if name != "s3")
    records = project.outputs("staging")["releases"]
    status = json.loads(project.pvn("status", "--output", "json").out)
    for name in names:
        is_recorded = records[f"shop/staging/{name}"]["current"] == records[f"shop/staging/{name}"]["tried"]
        assert is_recorded == (name != "s3")
        assert status[f"shop/staging/{name}"]["completed"] == (name != "s3")


def finish(project, stack):
    said = project.up(stack)
    if "the stack is currently locked" in said:
        project.pulumi("cancel", "--stack", stack, "--yes")
        said = project.up(stack)
    return said


@pytest.mark.skipif(not Path("/proc").exists(), reason="orphans are found in /proc")
def test_an_update_killed_at_any_point_is_finished_by_the_next_one(released):
    """Early, while it reads; later, while it asks; at last, while it applies. No orphan stays, no record is lost."""
    for number, seconds in enumerate((0.5, 1.1, 1.7, 2.4)):
        released.release("web", f"try {number}")
        released.release("api", f"try {number}")
        before = released.outputs("staging")["releases"]
        update = begin(released, "staging")
        time.sleep(seconds)
        kill(update, released, "staging")
        kept = released.outputs("staging")["releases"]
        assert {name: one["last"] or one["current"] for name, one in kept.items()}
        assert set(kept) == set(before)
        said = finish(released, "staging")
        assert said.code == 0, said.out
        assert released.images("staging") == dict.fromkeys(("web", "api"), image(f"try {number}"))
        found = json.loads(released.kubectl("staging", "get", "deployments", "--all-namespaces", "--output", "json").out)
        names = sorted((one["metadata"]["namespace"], one["metadata"]["name"]) for one in found["items"])
        assert names == [(f"pvn-shop-rc-{stack}", name) for stack in ("production", "staging") for name in ("api", "web")]


def test_a_second_update_of_a_stack_says_who_holds_the_lock_and_changes_nothing(released):
    released.add("slow", deployment("slow", **NEVER_READY), progressDeadline="20s")
    first = begin(released, "staging")
    read(first, until="shop/staging/slow")
    second = released.up("staging")
    assert second.code != 0
    assert "the stack is currently locked by 1 lock(s)" in second
    assert f"pid {first.pid}" in second
    first.communicate(timeout=120)
    assert released.images("staging") == {"web": image("one"), "api": image("one"), "slow": image("one")}
