"""What is applied before what."""

from hypothesis import given
from hypothesis import strategies as st

from delivery import objects
from delivery.phases import phases


def made(kind: str, stage: str | None = None):
    annotations = {"annotations": {objects.STAGE: stage}} if stage else {}
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": kind.lower(), **annotations}}


ACCOUNT, SETTINGS, WEB, PORT = made("ServiceAccount"), made("ConfigMap"), made("Deployment"), made("Service")
APPROVED, MIGRATE, SMOKE = made("Job", "postApproval"), made("Job", "deployment"), made("Job", "postDeployment")


def test_without_protections_what_pods_need_comes_first():
    assert phases([WEB, SETTINGS, PORT, ACCOUNT]) == [[SETTINGS, ACCOUNT], [WEB, PORT]]


def test_a_job_of_the_service_itself_is_one_of_its_workloads():
    job = made("Job")
    assert phases([job, WEB]) == [[job, WEB]]


def test_jobs_before_the_deployment_come_before_anything_of_the_service_changes():
    needs = made("ConfigMap", "deployment")
    assert phases([WEB, MIGRATE, SETTINGS, APPROVED, needs, ACCOUNT]) == [
        [needs, ACCOUNT],
        [APPROVED],
        [MIGRATE],
        [SETTINGS],
        [WEB],
    ]


def test_jobs_after_the_deployment_come_last_and_hold_nothing_up():
    needs = made("Secret", "postDeployment")
    assert phases([SMOKE, needs, WEB, SETTINGS, ACCOUNT]) == [[needs, SETTINGS, ACCOUNT], [WEB], [SMOKE]]


def test_nothing_has_no_phase():
    assert phases([]) == []


KINDS = st.sampled_from(["ServiceAccount", "ConfigMap", "Deployment", "Service", "Job", "Unknown"])
STAGES = st.sampled_from([None, "postApproval", "deployment", "postDeployment"])


@given(st.lists(st.builds(made, KINDS, STAGES), max_size=20))
def test_every_object_is_in_one_phase_and_jobs_are_where_they_belong(some):
    found = phases(some)
    assert sorted(map(id, (one for phase in found for one in phase))) == sorted(map(id, some))
    assert all(found)
    order = [(objects.stage(one), one["kind"]) for phase in found for one in phase]
    workloads = [at for at, one in enumerate(order) if one == (None, "Deployment")]
    for at, (stage, kind) in enumerate(order):
        if kind == "Job" and stage in ("postApproval", "deployment"):
            assert all(at < place for place in workloads)
        if kind == "Job" and stage == "postDeployment":
            assert all(place < at for place in workloads)
