"""The gate of images: where anything has to be proven or signed, a tag keeps an instance from moving."""

import pytest

from delivery import pins
from delivery.gates import State, decide
from delivery.gotemplate import Image
from delivery.instances import AlwaysPassing, Check, Stage, Task
from delivery.records import History
from delivery.structs import replace
from tests.unit.made import HERE, approval, candidate, evidence, history

DIGEST = f"docker.io/shop/web@sha256:{'7' * 64}"
TAGGED = "docker.io/shop/web:1.4.2"
POD = {"containers": [{"name": "main", "image": DIGEST}]}


def running(pod, channel="production", **more):
    """A candidate whose Deployment runs these pods."""
    of = candidate(channel, **more)
    (found,) = of.bundle.objects
    return replace(of, bundle=replace(of.bundle, objects=({**found, "spec": {"template": {"spec": pod}}},)))


def verdict(of, remembered=None):
    """What the gates say once staging is stable at the very version and a person has signed for these objects."""
    staging = candidate("staging")
    return decide(
        of, {"staging": staging, of.instance.channel: of}, remembered or History(), evidence(staging, approval(of))
    )


def test_images_that_are_named_by_digest_need_no_more():
    assert verdict(running(POD)).is_open


@pytest.mark.parametrize(
    ("pod", "user"),
    [
        ({"containers": [{"name": "main", "image": TAGGED}]}, "container 'main'"),
        ({**POD, "initContainers": [{"name": "side", "image": TAGGED}]}, "container 'side'"),
        ({**POD, "ephemeralContainers": [{"name": "side", "image": TAGGED}]}, "container 'side'"),
        ({**POD, "volumes": [{"name": "model", "image": {"reference": TAGGED}}]}, "volume 'model'"),
    ],
)
def test_a_tag_behind_a_gate_waits_and_says_where_it_stands(pod, user):
    said = verdict(running(pod))
    assert said.state is State.WAITING
    (answer,) = said.shut
    assert answer.fact == f"{user} of Deployment shop-production/web runs {TAGGED!r}, which may be another image tomorrow"
    assert answer.next == f"write its digest into the manifest: {TAGGED}@sha256:…"


def test_a_tag_that_a_release_gave_is_pinned_by_a_release():
    image = {"image": Image(TAGGED, "1.4.2")}
    (answer,) = verdict(running({"containers": [{"name": "main", "image": TAGGED}]}, parameters=image)).shut
    assert answer.next == "pvn release shop --service web --param image=1.4.2"


@pytest.mark.parametrize(
    "image", [None, "", 7, "web", "web:sha256", f"web@sha256:{'7' * 63}", f"{DIGEST}0", "@sha256:", f"{DIGEST}\n"]
)
def test_what_is_not_a_whole_digest_is_none(image):
    assert not verdict(running({"containers": [{"name": "main", "image": image}]})).is_open
    assert not verdict(running({"containers": ["main"]})).is_open


def test_what_runs_already_is_kept_whatever_it_is_named_by():
    of = running({"containers": [{"name": "main", "image": TAGGED}]})
    assert verdict(of, history(of)).is_open


def test_a_rollback_to_a_tag_waits_too():
    of = replace(running({"containers": [{"name": "main", "image": TAGGED}]}), is_rollback=True)
    assert [one.gate for one in verdict(of).shut] == ["pinned"]


@pytest.mark.parametrize(
    ("stage", "does", "is_open"),
    [
        (Stage.PRE_APPROVAL, AlwaysPassing(), False),
        (Stage.POST_DEPLOYMENT, AlwaysPassing(), True),
        (Stage.DEPLOYMENT, Task({}, {}), True),
    ],
)
def test_a_channel_without_gates_may_follow_a_tag(stage, does, is_open):
    tagged = {"containers": [{"name": "main", "image": TAGGED}]}
    assert decide(running(tagged, "staging"), {}, History(), evidence(candidate("staging"))).is_open
    checked = running(tagged, "staging", checks=(Check("guard", stage, does, HERE),))
    assert decide(checked, {}, History(), evidence(candidate("staging"))).is_open is is_open


def test_a_pod_of_no_images_has_no_loose_ones():
    assert list(pins.loose({"containers": [], "volumes": [{"name": "tmp", "emptyDir": {}}]})) == []
