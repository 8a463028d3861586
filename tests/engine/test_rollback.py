"""Going back: by hand to the release that ran before, and by itself where a release fails."""

import json
import shutil

import pytest

from tests.engine.project import PRECONDITIONS, deployment, image

CRASHES = deployment("web", nodeSelector={"never": "there"})


def versions(project, stack):
    """The version that each Deployment of a stack carries."""
    return {name: one["metadata"]["annotations"]["prodvana.io/version"] for name, one in project.objects(stack).items()}


def specs(project, stack):
    """What is wanted of each Deployment of a stack."""
    return {name: one["spec"] for name, one in project.objects(stack).items()}


def released(project, *which):
    for one in which:
        project.release("web", one)
        for step in (project.up("staging"), project.approve("web"), project.up("production")):
            assert step.code == 0, step.out


@pytest.mark.stops_a_cluster
def test_a_rollback_brings_the_release_before_back_and_holds_what_is_newer_until_it_is_lifted(project):
    project.add("web")
    project.add("api")
    for step in (project.up("staging"), project.approve(), project.up("production")):
        assert step.code == 0, step.out
    before, version = specs(project, "production"), versions(project, "production")["web"]
    released(project, "two")
    assert project.images("production")["web"] == image("two")

    # nobody has to sign for what was signed before, and staging is not asked
    said = project.pvn("rollback", "shop", "--channel", "production", "--service", "web", "--reason", "it ate the baskets")
    assert said.code == 0, said.out
    project.kwokctl("stop", "staging")
    said = project.up("production")
    assert said.code == 0, said.out
    assert specs(project, "production") == before
    assert versions(project, "production")["web"] == version

    # a newer release, signed or not, does not go there; its neighbour's does
    project.control_plane("staging").ensure(1)
    project.release("web", "three")
    project.release("api", "two")
    assert project.up("staging").code == 0
    assert project.approve("api").code == 0
    assert project.up("production").code == 0
    assert specs(project, "production")["web"] == before["web"]
    assert project.images("production")["api"] == image("two")

    assert project.pvn("rollback", "shop", "--channel", "production", "--service", "web", "--lift").code == 0
    assert project.up("production").code == 0
    assert specs(project, "production")["web"] == before["web"]
    assert project.approve("web").code == 0
    assert project.up("production").code == 0
    assert project.images("production")["web"] == image("three")


def test_a_rollback_waits_for_what_its_application_does_not_let_it_bypass(project):
    project.add("web")
    for step in (project.up("staging"), project.approve(), project.up("production")):
        assert step.code == 0, step.out
    released(project, "two")
    channels = [{"name": name, "runtimes": [{"runtime": f"k-{name}"}]} for name in ("staging", "production")]
    channels[1] |= {"preconditions": PRECONDITIONS}
    settings = {"bypassSettings": {"noBypassApprovals": True}}
    application = {"name": "shop", "releaseChannels": channels, "releaseSettings": settings}
    project.write("applications/shop/shop.pvn.yaml", {"application": application})
    # what was signed for the first release counts for a week; here it is as if that week were over
    shutil.rmtree(project.root / "approvals/shop")
    assert project.pvn("rollback", "shop", "--channel", "production").code == 0

    said = project.up("production")
    assert "manualApproval: 0 of 1 approvals" in said
    assert project.images("production")["web"] == image("two")
    why = project.pvn("why", "shop", "--channel", "production")
    assert why.code == 3
    assert "✓ rollback: rolled back to " in why
    assert "next: pvn rollback shop --channel production --lift --service web" in why
    assert "next: pvn approve shop --channel production --service web" in why

    assert project.approve("web").code == 0
    assert project.up("production").code == 0
    assert project.images("production")["web"] == image("one")


def test_a_release_that_misses_its_deadline_goes_back_by_itself_and_production_never_sees_it(project):
    project.add("web")
    for step in (project.up("staging"), project.approve(), project.up("production")):
        assert step.code == 0, step.out
    good, held = specs(project, "staging"), project.objects("production")

    project.add("web", CRASHES, first="two", progressDeadline="10s")
    said = project.up("staging")
    assert said.code != 0
    assert project.images("staging") == {"web": image("two")}
    assert project.approve().code == 0
    said = project.up("production")
    assert "the last update of 'staging' did not complete" in said
    assert project.objects("production") == held

    # the next update goes back and says so; the one after it does not try again
    said = project.up("staging")
    assert said.code == 0, said.out
    assert "failed: Deployment pvn-shop-rc-staging/web" in said
    assert "it goes back to" in said
    assert specs(project, "staging") == good
    said = project.up("staging", "--expect-no-changes")
    assert "was tried here and failed" in said
    status = project.pvn("status", "--output", "json")
    assert json.loads(status.out)["shop/staging/web"]["state"] == "held"
    assert project.up("production").code == 0
    assert project.objects("production") == held

    # mended, it goes on
    project.add("web", first="three")
    for step in (project.up("staging"), project.approve(), project.up("production")):
        assert step.code == 0, step.out
    assert project.images("production") == {"web": image("three")}
