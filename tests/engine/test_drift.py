"""Staging proves nothing with objects that somebody has changed by hand, whatever version they say that they are of."""

import json
import re
import time

import pytest
import yaml

from tests.engine.project import deployment, image

AUTOSCALER = {
    "apiVersion": "autoscaling/v2",
    "kind": "HorizontalPodAutoscaler",
    "metadata": {"name": "web"},
    "spec": {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
        "minReplicas": 3,
        "maxReplicas": 5,
    },
}
PATIENCE = 90.0
"""Seconds until an autoscaler has looked; it does every 15 seconds."""


@pytest.fixture
def released(project):
    """A shop whose web runs in both channels, and whose next release has reached staging and been signed for."""
    project.add("web")
    for step in (project.up("staging"), project.approve(), project.up("production")):
        assert step.code == 0, step.out
    project.release("web", "two")
    for step in (project.up("staging"), project.approve()):
        assert step.code == 0, step.out
    return project


def test_what_was_changed_by_hand_in_staging_keeps_production_until_the_named_command_puts_it_right(released):
    held = released.objects("production")
    for changed, fact in (
        (("set", "image", "deployment/web", "main=docker.io/evil/x:2"), "containers[main].image was changed by kubectl-set"),
        (("scale", "deployment", "web", "--replicas=0"), "spec.replicas was set to 0"),
    ):
        done = released.kubectl("staging", *changed)
        assert done.code == 0, done.out
        said = released.up("production")
        assert said.code == 0, said.out
        assert "Deployment pvn-shop-rc-staging/web in 'staging' is not as released: spec." in said
        assert fact in said
        assert released.objects("production") == held
        mended = released.run(*_next(said), "--yes", "--skip-preview", "--non-interactive")
        assert mended.code == 0, mended.out
        assert released.images("staging") == {"web": image("two")}
    done = released.up("production")
    assert done.code == 0, done.out
    assert released.images("production") == {"web": image("two")}


def _next(said):
    """The command that an update names as the next step."""
    (command,) = re.findall(r"next: (pulumi up .*)", said.out)
    return command.split()


def test_replicas_that_an_autoscaler_chose_are_as_released_and_those_that_a_person_chose_are_not(project):
    project.add("web", deployment("web") + "---\n" + yaml.safe_dump(AUTOSCALER))
    project.add("api")
    assert project.up("staging").code == 0
    _wait_for_replicas(project, 3)
    project.kubectl("staging", "scale", "deployment", "api", "--replicas=2")
    approved = project.approve()
    assert approved.code == 0, approved.out
    said = project.up("production")
    assert said.code == 0, said.out
    assert "Deployment pvn-shop-rc-staging/api in 'staging' is not as released: spec.replicas was changed by kubectl" in said
    assert project.images("production") == {"web": image("one")}


def _wait_for_replicas(project, count):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = json.loads(project.kubectl("staging", "get", "deployment", "web", "--output", "json").out)
        if found["status"].get("availableReplicas") == count:
            return
        time.sleep(1)
    pytest.fail(f"the autoscaler did not want {count} replicas within {PATIENCE:g} seconds")
