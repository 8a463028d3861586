"""The policy pack on the real engine: either the program's gate or the pack alone stops a production that nobody proved.

The project of a test has a link to the pack, as its own checkout would have the pack itself.
"""

import json
import shutil
import sys

import pytest
import yaml

from tests.engine.project import Project, image
from tools.home import CHECKOUT

ALWAYS_OPEN = """\
from delivery import gates
from delivery.gates import Answer, State, Verdict
setattr(gates, "decide", lambda *_: Verdict((Answer("patched", State.OPEN, "always"),)))
"""
"""What somebody would put into the program who wants no gates."""


@pytest.fixture
def shop(project: Project) -> Project:
    """A project with the pack and one service, which runs in staging."""
    (project.root / "policy").symlink_to(CHECKOUT / "policy")
    (project.root / ".venv").symlink_to(sys.prefix)
    project.add("web")
    said = project.up("staging", "--policy-pack", "policy")
    assert said.code == 0, said.out
    return project


def patch(project: Project, *before: str, **replaced: str) -> None:
    """Give the project a program of its own: the real one, with something before it or in it changed."""
    text = "".join(before) + (CHECKOUT / "__main__.py").read_text()
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new)
    project.write("program/__main__.py", text)
    settings = yaml.safe_load((project.root / "Pulumi.yaml").read_text())
    project.write("Pulumi.yaml", settings | {"main": "program"})


def test_a_shut_gate_lets_nothing_through_by_the_program_alone_and_by_the_pack_alone(shop):
    said = shop.up("production")
    assert said.code == 0, said.out
    assert "manualApproval: 0 of 1 approvals" in said
    assert shop.objects("production") == {}

    patch(shop, ALWAYS_OPEN)
    said = shop.up("production", "--policy-pack", "policy")
    assert said.code != 0
    assert "A service instance is what its open gates let through, or what it was." in said
    assert "manualApproval: 0 of 1 approvals" in said
    assert "next: pvn approve shop --channel production --service web" in said
    assert shop.objects("production") == {}
    assert "shop/production/web" not in shop.outputs("production").get("releases", {})

    # so it is the pack that stopped it: without it, this program does what it likes
    said = shop.up("production")
    assert said.code == 0, said.out
    assert shop.images("production") == {"web": image("one")}


def test_a_proven_release_passes_and_the_report_says_what_was_examined(shop, monkeypatch):
    report = shop.root / "report/policy.json"
    monkeypatch.setenv("PVN_POLICY_REPORT", str(report))
    assert shop.approve().code == 0
    shop.init("production")
    said = shop.pulumi("preview", "--stack", "production", "--policy-pack", "policy")
    assert said.code == 0, said.out
    said = shop.up("production", "--policy-pack", "policy")
    assert said.code == 0, said.out
    assert shop.images("production") == {"web": image("one")}
    assert "resources examined by" in said
    found = json.loads(report.read_text())
    assert found["guarded"] is True
    examined = {one["urn"].split("::", 2)[2]: one["examined"] for one in found["resources"]}
    assert examined["pvn:delivery:ServiceInstance::shop/production/web"] == ["gates"]
    workload = "pvn:delivery:ServiceInstance$kubernetes:apps/v1:Deployment::k-production/pvn-shop-rc-production/web"
    assert examined[workload] == ["approvals", "digests", "non-root", "objects", "providers", "requests"]
    assert not any(one["unknown"] for one in found["resources"])

    # what is held passes as well: it is what ran before
    held = shop.objects("production")
    shop.release("web", "two")
    said = shop.up("production", "--policy-pack", "policy")
    assert said.code == 0, said.out
    assert shop.objects("production") == held

    # so does what an update of one target leaves alone: it is in the stack, and was not shown
    said = shop.up("production", "--policy-pack", "policy", "--target", "**kubernetes:core/v1:Namespace**")
    assert said.code == 0, said.out
    assert shop.objects("production") == held

    # nothing runs when a stack is destroyed: neither the program nor the pack
    shop.write("approvals/allowed_signers", "")
    said = shop.pulumi("destroy", "--stack", "production", "--yes", "--skip-preview")
    assert said.code == 0, said.out


def test_a_program_that_slips_something_in_or_leaves_something_out_is_refused(shop):
    assert shop.approve().code == 0
    said = shop.up("production", "--policy-pack", "policy")
    assert said.code == 0, said.out
    held = shop.objects("production")

    make = "    return stack.make("
    more = "    for one in steps.steps:\n        one.bundle.objects[0]['spec']['replicas'] = 3\n"
    patch(shop, **{make: f"{more}{make}"})
    said = shop.up("production", "--policy-pack", "policy")
    assert said.code != 0
    assert "is not as it was rendered: spec.replicas differs" in said

    beside = 'pulumi.CustomResource("kubernetes:core/v1:ConfigMap", "k-production/default/extra", '
    beside += '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "extra"}})'
    patch(shop, **{make: f"    {beside}\n{make}"})
    said = shop.up("production", "--policy-pack", "policy", "--config", "pulumi:disable-default-providers=[]")
    assert said.code != 0
    assert "k-production/default/extra stands in no service instance" in said
    assert "k-production/default/extra would be made with the kubernetes credentials that happen to be around" in said

    without = "    from delivery.structs import replace\n    steps = replace(steps, steps=())\n"
    patch(shop, **{make: f"{without}{make}"})
    said = shop.pulumi("preview", "--stack", "production", "--policy-pack", "policy")
    assert said.code != 0
    assert "shop/production/web would go: it runs, and no tombstone lets it go" in said
    assert shop.objects("production") == held


def test_a_pack_decides_from_the_project_that_the_engine_runs_wherever_the_pack_stands(shop):
    """Around the pack is another project: of the same name, with the same files, and with what Jane signed."""
    other = shop.root / "other"
    for name in ("applications", "releases"):
        shutil.copytree(shop.root / name, other / name)
    for name in ("Pulumi.yaml", "Pulumi.staging.yaml", "Pulumi.production.yaml"):
        shutil.copy(shop.root / name, other)
    (other / "policy").symlink_to(CHECKOUT / "policy")
    (other / ".venv").symlink_to(sys.prefix)
    assert shop.approve().code == 0
    shutil.copytree(shop.root / "approvals", other / "approvals")
    shutil.rmtree(shop.root / "approvals/shop")
    assert shop.up("production").code == 0

    patch(shop, ALWAYS_OPEN)
    for pack in ("other/policy", str(CHECKOUT / "policy")):
        said = shop.up("production", "--policy-pack", pack)
        assert said.code != 0
        assert "manualApproval: 0 of 1 approvals" in said
    assert shop.objects("production") == {}

    shutil.copytree(other / "approvals/shop", shop.root / "approvals/shop")
    said = shop.up("production", "--policy-pack", str(CHECKOUT / "policy"))
    assert said.code == 0, said.out
    assert shop.images("production") == {"web": image("one")}


@pytest.mark.stops_a_cluster
def test_a_pack_that_finds_no_evidence_refuses_everything(shop):
    assert shop.up("production").code == 0
    patch(shop, ALWAYS_OPEN)
    shop.kwokctl("stop", "staging")
    said = shop.up("production", "--policy-pack", "policy")
    assert said.code != 0
    assert "releaseChannelStable staging" in said
    assert shop.objects("production") == {}
