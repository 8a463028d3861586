"""The stack files in examples/: complete, read strictly, and good for one and the same tree."""

import json
import shutil
from pathlib import Path

import jsonschema
import pytest
import yaml

from delivery import checks, desired, tree
from delivery.supply import supply

ROOT = Path(__file__).parents[2]
CLOUDS = ("aws", "azure", "gcp")
LOCAL = """
config:
  pvn:runtimes: [{name: kubernetes-staging, type: local}, {name: kubernetes-production, type: local}]
  pvn:registries: [{name: images, type: external, url: docker.io}]
"""


def project(where: Path, cloud: str):
    """Return the checked tree of the shipped applications on a cloud, with their images in a registry called `images`."""
    for folder in ("applications", "releases"):
        shutil.copytree(ROOT / folder, where / folder)
    for file in (where / "applications").rglob("*.pvn.yaml"):
        file.write_text(file.read_text().replace("docker-hub", "images"))
    if cloud == "local":
        (where / "Pulumi.both.yaml").write_text(LOCAL)
    for file in (ROOT / "examples" / cloud).glob("Pulumi.*.yaml"):
        shutil.copy(file, where)
    return checks.check(tree.read(where))


def objects(found: tree.Tree):
    """Return what each instance consists of, without the addresses of its images."""
    return {
        one.instance.id: [(each["kind"], each["metadata"]["name"]) for each in one.bundle.objects]
        for one in desired.desire(found).candidates
    }


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_clouds_files_are_sound_and_its_clusters_pull_from_its_registry(tmp_path, cloud):
    found = project(tmp_path, cloud)
    assert sorted(found.stacks) == ["production", "shared", "staging"]
    assert not found.stacks["shared"].runtimes
    assert not found.stacks["production"].registries
    assert [one.name for one in supply(found).pullers["images"]] == ["kubernetes-production", "kubernetes-staging"]


def test_one_tree_runs_unchanged_on_three_clouds_and_on_one_machine(tmp_path):
    made = {cloud: objects(project(tmp_path / cloud, cloud)) for cloud in (*CLOUDS, "local")}
    assert all(found == made["local"] for found in made.values())
    assert len(made["local"]) > 4


@pytest.mark.parametrize("cloud", CLOUDS)
def test_environments_live_in_accounts_of_their_own(tmp_path, cloud):
    stacks = project(tmp_path, cloud).stacks.values()
    owners = [one.account.model_dump() for stack in stacks for one in (*stack.runtimes, *stack.registries)]
    key = {"aws": "id", "azure": "subscription", "gcp": "project"}[cloud]
    assert len({one[key] for one in owners}) == len(owners) == 3


@pytest.mark.parametrize("file", sorted(ROOT.glob("examples/*/Pulumi.*.yaml")), ids=lambda file: "/".join(file.parts[-2:]))
def test_editors_find_the_schema_and_agree(file):
    assert file.read_text().startswith("# yaml-language-server: $schema=../../docs/schemas/stack.json\n")
    schema = json.loads((ROOT / "docs/schemas/stack.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(yaml.load(file.read_text(), yaml.CSafeLoader))


def test_no_provider_is_there_by_default():
    for file in ROOT.glob("examples/*/Pulumi.*.yaml"):
        disabled = yaml.load(file.read_text(), yaml.CSafeLoader)["config"]["pulumi:disable-default-providers"]
        assert disabled == ["aws", "azure-native", "gcp", "kubernetes"], file


def test_deploy_identities_may_do_nothing_by_wildcard_but_look():
    for file in ROOT.glob("examples/aws/policies/*.json"):
        for statement in json.loads(file.read_text())["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert {one for one in actions if "*" in one} <= {"ec2:Describe*"}, file
            if any(one.startswith("iam:") for one in actions):
                assert statement["Resource"] != "*" or "Condition" in statement, statement["Sid"]
    for file in ROOT.glob("examples/azure/policies/*.json"):
        assert not [one for one in json.loads(file.read_text())["Actions"] if "*" in one], file
    for file in ROOT.glob("examples/gcp/policies/*.yaml"):
        assert not [one for one in yaml.load(file.read_text(), yaml.CSafeLoader)["includedPermissions"] if "*" in one], file
