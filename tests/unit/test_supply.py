"""Which registries hold what, and who pulls from them."""

from delivery.supply import supply
from tests.unit.test_protections import project
from tests.unit.trees import checked

SMOKE = """
protection:
  name: smoke
  parameters:
    - name: tool
      dockerImage: {defaultTag: v1, imageRegistryInfo: {containerRegistry: docker-hub, imageRepository: acme/tool}}
  taskConfig:
    program: {imageTag: v1, imageRegistryInfo: {containerRegistry: docker-hub, imageRepository: /acme/smoke}}
"""
ATTACHED = "{ref: {name: smoke}, lifecycle: [{deployment: {}}]}"


def test_the_images_of_attached_protections_are_held_and_pulled(tmp_path):
    found = supply(checked(project(tmp_path, ATTACHED, smoke=SMOKE)))
    assert found.repositories["docker-hub"] == ("acme/smoke", "acme/tool")
    assert [one.name for one in found.sources["k-staging"]] == ["docker-hub"]
    assert found.sources["k-eu"] == ()


def test_a_protection_that_nobody_attaches_needs_no_room(tmp_path):
    assert supply(checked(project(tmp_path, smoke=SMOKE))).repositories["docker-hub"] == ()
