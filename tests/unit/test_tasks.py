"""The Jobs of protections that run a program: what they are made of, and when they run again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery import manifests, objects
from delivery.instances import Stage, Task
from delivery.problems import Refused
from delivery.tasks import _name as job_name
from tests.unit.test_protections import project
from tests.unit.trees import SERVICE, instances

SMOKE = """
protection:
  name: smoke
  parameters: [{name: path, string: {defaultValue: /}}]
  taskConfig: {program: {image: docker.io/acme/smoke:v1, cmd: ["{{.Params.path}}"]%s}%s}
"""
PARAMETERS = SERVICE + "  parameters: [{name: colour, string: {}}]\n"
AFTER = "{ref: {name: smoke}, lifecycle: [{postDeployment: {checkDuration: 60s}}]}"
BOTH = "{ref: {name: smoke}, lifecycle: [{deployment: {}}, {postDeployment: {checkDuration: 60s}}]}"
MANIFEST = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: web}\n"


def rendered(
    root, *, in_program="", in_task="", attached=AFTER, manifest=MANIFEST, release="", service=SERVICE, smoke=SMOKE
):
    """The objects of the service in staging, with the Jobs of its protection."""
    made = project(root, attached, service=service, release=release, smoke=smoke % (in_program, in_task))
    (made / "applications/shop/web/web.yaml").write_text(manifest)
    return manifests.render(instances(made)["staging"]).objects


def jobs(root, **more):
    return [one for one in rendered(root, **more) if one["kind"] == "Job"]


def pod(root, **more):
    (job,) = jobs(root, **more)
    return job["spec"]["template"]["spec"]


def checked(root, **more) -> str:
    (job,) = jobs(root, **more)
    return job["spec"]["template"]["metadata"]["annotations"][objects.CHECKED]


def test_a_task_is_a_job_of_its_service_that_runs_once(tmp_path):
    (job,) = jobs(tmp_path)
    assert job["metadata"]["labels"][objects.SERVICE] == "web"
    assert objects.stage(job) == Stage.POST_DEPLOYMENT.value
    assert {name: value for name, value in job["spec"].items() if name != "template"} == {"backoffLimit": 0}
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"
    assert job["spec"]["template"]["spec"]["containers"][0]["args"] == ["/"]


@pytest.mark.parametrize(
    ("in_task", "spec"),
    [
        (", ttl: 90.5s", {"backoffLimit": 0, "ttlSecondsAfterFinished": 91}),
        (", ttl: 0s", {"backoffLimit": 0, "ttlSecondsAfterFinished": 0}),
        (", retryConfig: {maxRetryDuration: 300s}", {"backoffLimit": 2**31 - 1, "activeDeadlineSeconds": 300}),
        (", retryConfig: {retryForever: true}", {"backoffLimit": 2**31 - 1}),
        (", retryConfig: {retryForever: false}", {"backoffLimit": 0}),
    ],
)
def test_how_long_it_is_tried_and_kept_is_what_its_author_says(tmp_path, in_task, spec):
    (job,) = jobs(tmp_path, in_task=in_task)
    assert {name: value for name, value in job["spec"].items() if name != "template"} == spec


def test_an_image_may_be_named_by_its_registry(tmp_path):
    named = "imageRegistryInfo: {containerRegistry: docker-hub, imageRepository: acme/smoke}, imageTag: v2"
    smoke = SMOKE.replace("image: docker.io/acme/smoke:v1", named)
    assert pod(tmp_path, smoke=smoke)["containers"][0]["image"] == "docker.io/acme/smoke:v2"


def test_the_jobs_of_two_stages_have_names_of_their_own(tmp_path):
    found = jobs(tmp_path, attached=BOTH)
    assert len({one["metadata"]["name"] for one in found}) == len(found) == 2


NAMES = st.text("ab-", max_size=61).map(lambda middle: f"a{middle}b")


@given(NAMES, NAMES, NAMES, NAMES)
def test_names_of_jobs_are_short_stable_and_told_apart(service, check, other_service, other_check):
    name = job_name(service, (check, "deployment"))
    assert len(name) <= 63
    assert name == job_name(service, (check, "deployment"))
    assert name != job_name(service, (check, "postDeployment"))
    if (service, check) != (other_service, other_check):
        assert name != job_name(other_service, (other_check, "deployment"))


def test_it_runs_again_when_what_it_checks_is_another(tmp_path):
    assert checked(tmp_path) != checked(tmp_path, manifest=MANIFEST + "data: {colour: red}\n")


def test_it_does_not_run_again_for_what_changes_no_object(tmp_path):
    before = checked(tmp_path, service=PARAMETERS)
    coloured = "release: {application: shop, services: {web: {parameters: {colour: red}}}}\n"
    assert checked(tmp_path, service=PARAMETERS, release=coloured) == before


def test_it_runs_again_where_a_release_asks_for_another_try(tmp_path):
    again = "release: {application: shop, services: {web: {attempt: 1}}}\n"
    assert checked(tmp_path) != checked(tmp_path, release=again)


def test_neither_a_check_nor_its_own_wording_is_part_of_what_is_checked(tmp_path):
    assert checked(tmp_path) == checked(tmp_path, in_program=", entrypoint: [/smoke]")
    assert {
        one["spec"]["template"]["metadata"]["annotations"][objects.CHECKED] for one in jobs(tmp_path, attached=BOTH)
    } == {checked(tmp_path)}


def test_the_objects_of_the_service_are_what_they_are_without_protections(tmp_path):
    plain = rendered(tmp_path / "a", attached="")
    assert plain == tuple(one for one in rendered(tmp_path / "b") if objects.stage(one) is None)


def test_a_value_cannot_add_anything_to_the_manifests_of_a_protection(tmp_path):
    bring = """
protection:
  name: smoke
  parameters: [{name: text, string: {}}]
  kubernetesConfig:
    type: KUBERNETES
    inlined: |
      apiVersion: batch/v1
      kind: Job
      metadata: {name: smoke}
      spec: {template: {spec: {containers: [{name: main, args: [{{.Params.text}}]}]}}}
%s%s"""
    sly = r'"a]}]}}}\n---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: sly}}\n---\n{a: [{a: [{b: [{c: [d"'
    attached = f"{{ref: {{name: smoke, parameters: [{{name: text, string: {sly}}}]}}, lifecycle: [{{deployment: {{}}}}]}}"
    with pytest.raises(Refused, match="the value of parameter 'text' changes what the document is made of"):
        rendered(tmp_path, attached=attached, smoke=bring)


def test_a_task_brings_its_own_environment_over_that_of_the_service(tmp_path):
    smoke = SMOKE.replace("  name: smoke\n", "  name: smoke\n  env: {LEVEL: {value: protection}, PATH: {value: p}}\n")
    service = SERVICE + "  env: {LEVEL: {value: service}, COLOUR: {value: red}}\n"
    env = pod(tmp_path, smoke=smoke, service=service, in_program=", env: {PATH: {value: program}}")["containers"][0]["env"]
    assert {one["name"]: one["value"] for one in env} == {
        "PVN_RELEASE_CHANNEL": "staging",
        "PVN_SERVICE": "web",
        "COLOUR": "red",
        "LEVEL": "protection",
        "PATH": "program",
    }


def test_what_a_task_is_resolved_to_is_part_of_the_instance(tmp_path):
    (check,) = instances(project(tmp_path, AFTER, smoke=SMOKE % ("", "")))["staging"].checks
    assert isinstance(check.does, Task)
    assert check.bake == 60.0
