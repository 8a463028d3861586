"""What holds in every cloud alike."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from delivery.schemas import _docstrings
from delivery.shapes import stack as shapes
from delivery.shapes.base import Shape
from delivery.shapes.fields import plan
from tests.components import test_aws as aws
from tests.components import test_azure as azure
from tests.components import test_gcp as gcp
from tests.components.recording import CLOUDS, Recording, record
from tests.components.stacks import making_registry, making_runtime, registry, runtime

ROOT = Path(__file__).parents[2]
SDKS = {"aws": "pulumi_aws", "azure": "pulumi_azure_native", "gcp": "pulumi_gcp"}
PROGRAMS = {
    "eks, production": making_runtime(runtime(aws.PRODUCTION), registry(aws.IMAGES)),
    "eks, staging": making_runtime(runtime(aws.STAGING)),
    "ecr": making_registry(registry(aws.IMAGES), ("shop/web",), (runtime(aws.PRODUCTION),)),
    "gke, production": making_runtime(runtime(gcp.PRODUCTION), registry(gcp.IMAGES)),
    "gke, staging": making_runtime(runtime(gcp.STAGING)),
    "aks, production": making_runtime(runtime(azure.PRODUCTION), registry(azure.IMAGES)),
    "aks, staging": making_runtime(runtime(azure.STAGING)),
    "acr": making_registry(registry(azure.IMAGES), ("shop/web",)),
    "artifact-registry": making_registry(registry(gcp.IMAGES), ("shop/web",)),
}


@pytest.fixture(scope="module", params=[(name, is_preview) for name in PROGRAMS for is_preview in (True, False)], ids=str)
def recording(request) -> Recording:
    name, is_preview = request.param
    return record(PROGRAMS[name], is_preview=is_preview)


def test_nothing_is_made_or_asked_through_a_provider_that_nobody_named(recording):
    for one in recording.made:
        if one.custom and one.cloud in CLOUDS:
            assert one.provider, f"{one.name} is made with whatever credentials lie around"
    for token, provider in recording.invoked:
        assert provider, f"{token} is asked with whatever credentials lie around"


def test_everything_of_a_cloud_belongs_to_a_component(recording):
    components = {one.urn for one in recording.made if one.type.startswith("pvn:")}
    for one in recording.made:
        if one.custom and one.cloud in CLOUDS and one.cloud != "kubernetes":
            assert one.parent in components, one.name


def test_components_are_named_after_their_cloud_and_class(recording):
    for one in recording.made:
        if one.type.startswith("pvn:"):
            _, cloud, kind = one.type.split(":")
            assert cloud in SDKS
            assert kind[0].isupper()


def test_names_are_unique_within_their_type(recording):
    named = [(one.type, one.name) for one in recording.made]
    assert len(named) == len(set(named))


def test_a_preview_registers_what_an_update_does():
    for name, program in PROGRAMS.items():
        preview, update = record(program, is_preview=True), record(program)
        assert {one.urn for one in preview.made} == {one.urn for one in update.made}, name


@pytest.mark.parametrize("cloud", sorted(SDKS))
def test_a_stack_on_one_cloud_loads_no_other_clouds_sdk(cloud):
    others = [sdk for name, sdk in SDKS.items() if name != cloud]
    program = f"import sys; import components.{cloud}.runtime, components.{cloud}.registry, components.{cloud}.account\n"
    check = f"sys.exit(bool({set(others)} & set(sys.modules)) or '{SDKS[cloud]}' not in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program + check], cwd=ROOT, check=False).returncode == 0


def test_a_stack_on_no_cloud_loads_no_clouds_sdk():
    check = f"import sys; import components.stack; sys.exit(bool({set(SDKS.values())} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=False).returncode == 0


def test_every_cloud_has_the_same_files():
    files = {cloud: sorted(one.name for one in (ROOT / "components" / cloud).glob("*.py")) for cloud in SDKS}
    assert all(found == files["aws"] for found in files.values()), files


def _shapes(shape: type[Shape], seen: set[type[Shape]]) -> set[type[Shape]]:
    if shape not in seen:
        seen.add(shape)
        for slot in plan(shape).names:
            if slot.shape:
                _shapes(slot.shape, seen)
    return seen


def test_every_field_of_a_runtime_and_a_registry_says_what_it_means():
    found: set[type[Shape]] = set()
    for shape in (*shapes.RUNTIMES.values(), *shapes.REGISTRIES.values()):
        _shapes(shape, found)
    assert len(found) > 8
    for shape in found:
        missing = {slot.name for slot in plan(shape).names} - set(_docstrings(shape)) - {"type"}
        assert not missing, f"{shape.__name__}: {missing}"
