"""The main job on the real engine, the real provider and two real clusters. What counts is what the clusters hold."""

import re

import pytest

from tests.engine.project import image

pytestmark = pytest.mark.makes_clusters


def test_production_moves_only_when_staging_is_stable_and_a_person_has_signed(project):
    project.add("web")
    project.add("api")

    said = project.up("staging")
    assert said.code == 0, said.out
    assert project.images("staging") == {"web": image("one"), "api": image("one")}

    # a preview of a stack whose cluster does not exist yet says what would wait, and makes nothing
    project.init("production")
    said = project.pulumi("preview", "--stack", "production")
    assert said.code == 0, said.out
    assert "2 of 2 service instances wait" in said
    assert not (project.root / ".pvn/clusters/k-production").exists()

    said = project.up("production")
    assert said.code == 0, said.out
    assert "next: pvn approve shop --channel production --service web" in said
    assert project.objects("production") == {}
    runs = project.pvn("render", "--channel", "production", "--running")
    assert (runs.code, "shop/production/web: nothing was released there yet" in runs) == (3, True)

    assert project.approve().code == 0
    said = project.pulumi("preview", "--stack", "production")
    assert said.code == 0, said.out
    assert "service instances wait" not in said
    assert project.objects("production") == {}
    said = project.up("production")
    assert said.code == 0, said.out
    assert project.images("production") == {"web": image("one"), "api": image("one")}

    held = project.objects("production")
    project.release("web", "two")
    said = project.up("production")
    assert "'staging' has version" in said
    assert project.objects("production") == held

    assert project.up("staging").code == 0
    assert project.images("staging") == {"web": image("two"), "api": image("one")}
    said = project.up("production")
    assert said.code == 0, said.out
    assert "manualApproval: 0 of 1 approvals" in said
    assert project.objects("production") == held

    # what is wanted and what runs are two things, and whoever takes the files elsewhere wants to know both
    assert image("two") in project.pvn("render", "--channel", "production")
    runs = project.pvn("render", "--channel", "production", "--running")
    assert runs.code == 0
    assert image("one") in runs
    assert image("two") not in runs

    status = project.pvn("status")
    assert status.code == 3
    assert re.search(r"‖ web  \w+ → \w+  held  healthy since 20\d\d-\d\d-\d\d \d\d:\d\d UTC\n", status.out), status.out

    assert project.approve("web").code == 0
    assert project.up("production").code == 0
    assert project.images("production") == {"web": image("two"), "api": image("one")}
    assert project.objects("production")["api"] == held["api"]
    assert project.pvn("status").code == 0

    # a second update with nothing new changes nothing, on either side
    moved = project.objects("production")
    assert "unchanged" in project.up("production", "--expect-no-changes")
    assert project.objects("production") == moved

    said = project.pulumi("destroy", "--stack", "production", "--yes", "--skip-preview")
    assert said.code == 0, said.out
    assert not (project.root / ".pvn/clusters/k-production").exists()
