"""Protections that run a program, on the real engine and real clusters: their Jobs are run by the clusters' own controllers.

A Job that is to fail asks for more processor than any node has, and is given up by the Job controller when its time is over.
"""

import json
import time
from collections.abc import Mapping

from tests.engine.project import PRECONDITIONS, Project, image

ENOUGH, TOO_MUCH = "1m", "9999"
BAKE = 40.0
"""Seconds: long enough for an update of production to come too early, on a busy machine as well."""

SMOKE = {
    "name": "smoke",
    "parameters": [{"name": "cpu", "string": {}, "required": True}],
    "taskConfig": {
        "program": {
            "image": "docker.io/acme/smoke:v1",
            "cmd": ["http://web"],
            "resources": {"requests": {"cpu": "{{.Params.cpu}}"}},
        },
        "retryConfig": {"maxRetryDuration": "4s"},
    },
}


def protect(project: Project, cpu: str, *lifecycle: Mapping[str, Mapping[str, str]]) -> None:
    """Attach the program to every service of staging."""
    attached = {
        "ref": {"name": "smoke", "parameters": [{"name": "cpu", "string": cpu}]},
        "lifecycle": list(lifecycle),
    }
    channels = [
        {"name": "staging", "runtimes": [{"runtime": "k-staging"}], "serviceInstanceProtections": [attached]},
        {"name": "production", "runtimes": [{"runtime": "k-production"}], "preconditions": PRECONDITIONS},
    ]
    project.write("applications/smoke.pvn.yaml", {"protection": SMOKE})
    project.write("applications/shop/shop.pvn.yaml", {"application": {"name": "shop", "releaseChannels": channels}})


def job(project: Project) -> dict[str, str]:
    """The one Job of staging: its own identity, and the conditions that hold of it."""
    (found,) = json.loads(project.kubectl("staging", "get", "jobs", "--output", "json").out)["items"]
    conditions = {one["type"] for one in found["status"].get("conditions", ()) if one["status"] == "True"}
    return {"uid": found["metadata"]["uid"], "ended": " ".join(sorted(conditions & {"Complete", "Failed"}))}


def test_a_smoke_test_that_fails_keeps_production_shut_though_the_deployment_is_well(project):
    after = {"postDeployment": {"checkDuration": f"{BAKE:g}s"}}
    project.add("web")
    protect(project, TOO_MUCH, after)

    said = project.up("staging")
    assert said.code != 0
    assert job(project)["ended"] == "Failed"
    assert project.objects("staging")["web"]["status"]["readyReplicas"] == 1

    assert project.approve().code == 0
    said = project.up("production")
    assert said.code == 0, said.out
    assert "the last update of 'staging' did not complete" in said
    assert project.objects("production") == {}

    # mended, it runs once more, and production may go on when it has been well for long enough
    protect(project, ENOUGH, after)
    said = project.up("staging")
    assert said.code == 0, said.out
    passed = job(project)
    assert passed["ended"] == "Complete"

    assert project.approve().code == 0
    said = project.up("production")
    assert "is healthy in 'staging' for" in said
    assert project.objects("production") == {}
    time.sleep(BAKE)
    said = project.up("production")
    assert said.code == 0, said.out
    assert project.images("production") == {"web": image("one")}

    # what it checks is what it was, so there is nothing to run again
    said = project.up("staging", "--expect-no-changes")
    assert said.code == 0, said.out
    assert job(project) == passed


def test_a_job_that_fails_before_the_deployment_leaves_the_workloads_as_they_were(project):
    before = {"deployment": {"failureBehavior": "BLOCK"}}
    project.add("web")
    protect(project, ENOUGH, before)
    said = project.up("staging")
    assert said.code == 0, said.out
    first, kept = job(project), project.objects("staging")
    assert first["ended"] == "Complete"

    project.release("web", "two")
    protect(project, TOO_MUCH, before)
    said = project.up("staging")
    assert said.code != 0
    assert job(project)["ended"] == "Failed"
    assert project.objects("staging") == kept

    # the release has failed: the next update goes back to the one before
    said = project.up("staging")
    assert said.code == 0, said.out
    assert "it goes back to" in said
    assert job(project)["ended"] == "Complete"
    assert project.objects("staging")["web"]["spec"] == kept["web"]["spec"]

    protect(project, ENOUGH, before)
    said = project.up("staging")
    assert said.code == 0, said.out
    assert project.images("staging") == {"web": image("two")}
    assert project.objects("staging")["web"]["metadata"]["uid"] == kept["web"]["metadata"]["uid"]
    assert job(project)["ended"] == "Complete"
    assert job(project)["uid"] != first["uid"]
