"""A stack's own clusters on the real engine: gated, held, protected. What counts is what the clusters hold."""

import json
import shutil

import pytest

from tests.engine.kills import kill_update
from tests.engine.project import Project, image

pytestmark = pytest.mark.makes_clusters

GATES = [{"stackStable": "staging"}, {"manualApproval": {}}]
PART = "@stack/production/runtimes/k-production"


def write(project: Project, stack: str, **more: object) -> None:
    gates = {"preconditions": GATES} if stack == "production" else {}
    project.write_stack(stack, {"name": f"k-{stack}", "type": "local", **more}, **gates)


def nodes(project: Project, stack: str) -> int:
    return len(json.loads(project.kubectl(stack, "get", "nodes", "--output", "json").out)["items"])


def exists(project: Project, stack: str) -> bool:
    return (project.root / f".pvn/clusters/k-{stack}").exists()


def standing(project: Project) -> str:
    said = project.pvn("status", "--output", "json")
    return str(json.loads(said.out)[PART]["state"])


def test_a_production_cluster_changes_only_as_staging_has_proven_and_a_person_has_signed(project):
    project.add("web")
    write(project, "staging", nodes=1)
    write(project, "production", nodes=1)
    assert project.up("staging").code == 0

    # the first cluster is a change as any other: until somebody signs there is none, and services wait for it
    said = project.up("production")
    assert said.code == 0, said.out
    assert "runtimes/k-production was never built" in said
    assert "next: pvn approve --stack production" in said
    assert not exists(project, "production")
    assert standing(project) == "waiting"

    assert project.approve().code == 0
    signed = project.approve_stack()
    assert signed.code == 0, signed.out
    assert "signed: approvals/@stack/production/" in signed
    said = project.up("production")
    assert said.code == 0, said.out
    assert nodes(project, "production") == 1
    assert project.images("production") == {"web": image("one")}
    assert standing(project) == "current"

    # it grows in the file alone: neither proven nor signed for
    write(project, "production", nodes=3)
    held = project.objects("production")
    said = project.up("production")
    assert said.code == 0, said.out
    assert "nodes: 1 → 3" in said
    assert "stackStable staging: runtimes/k-staging of 'staging' has nodes 1, this is 3" in said
    assert "manualApproval: 0 of 1 approvals of settings" in said
    assert nodes(project, "production") == 1
    assert standing(project) == "held"
    assert project.pvn("status").code == 3

    # signed for, but proven by nobody; then proven by a cluster that is down
    assert project.approve_stack().code == 0
    assert project.up("production").code == 0
    assert nodes(project, "production") == 1
    write(project, "staging", nodes=3)
    assert project.up("staging").code == 0
    project.kwokctl("stop", "staging")
    said = project.up("production")
    assert said.code == 0, said.out
    assert "runtime 'k-staging' does not answer" in said
    assert nodes(project, "production") == 1
    assert project.objects("production") == held

    # proven by one that is well
    assert project.up("staging").code == 0
    said = project.up("production")
    assert said.code == 0, said.out
    assert "runtimes and registries wait" not in said
    assert nodes(project, "production") == 3
    assert project.objects("production") == held
    assert project.pvn("status").code == 0

    # what left the file stays until somebody signs that it may go, and what runs on it stays with it
    approved = project.approve_stack()
    assert approved.code == 0
    assert "nothing to sign for: the runtimes and registries of production are what was last completed" in approved


def test_a_cluster_that_a_killed_update_began_is_not_taken_down_because_its_gate_shut_again(project):
    project.add("web")
    write(project, "staging")
    write(project, "production")
    assert project.up("staging").code == 0
    for step in (project.init("production"), project.approve_stack()):
        assert step.code == 0, step.out
    kill_update(project, "production", until="kwok:index:Cluster k-production created")
    shutil.rmtree(project.root / "approvals/@stack")
    said = project.up("production")
    assert said.code != 0
    assert "an update that was killed has begun runtimes/k-production, which waits for" in said
    assert exists(project, "production")

    for step in (project.approve_stack(), project.approve(), project.up("production")):
        assert step.code == 0, step.out
    assert project.images("production") == {"web": image("one")}


def test_a_protected_production_resists_destroy_and_keeps_its_namespaces(project):
    project.add("web")
    project.write_stack("production", {"name": "k-production", "type": "local", "nodes": 1, "protect": True})
    for step in (project.up("staging"), project.approve(), project.up("production")):
        assert step.code == 0, step.out
    held, known = project.objects("production"), resources(project)

    # with a preview, as docs/protect.md says: without one the engine deletes what comes before what is protected
    said = project.pulumi("destroy", "--stack", "production", "--yes")
    assert said.code != 0
    assert "protect" in said
    assert exists(project, "production")
    assert project.objects("production") == held
    assert resources(project) == known

    # out of the file while it is protected: refused before anything changes
    project.write_stack("production", {"name": "k-other", "type": "local", "nodes": 1})
    application = (project.root / "applications/shop/shop.pvn.yaml").read_text()
    project.write("applications/shop/shop.pvn.yaml", application.replace("k-production", "k-other"))
    said = project.up("production")
    assert said.code != 0
    assert "runtimes/k-production is protected, and this update would take it away" in said
    assert project.objects("production") == held
    project.write("applications/shop/shop.pvn.yaml", application)
    project.write_stack("production", {"name": "k-production", "type": "local", "nodes": 1, "protect": True})

    # its last service goes, its namespace stays
    shutil.rmtree(project.root / "applications/shop/web")
    project.write("releases/shop.yaml", "release: {application: shop, removed: [web]}")
    said = project.up("production")
    assert said.code == 0, said.out
    assert project.objects("production") == {}, said.out
    assert namespaces(project) == {"k-production/pvn-shop-rc-production": True}
    assert project.up("production", "--expect-no-changes").code == 0

    # with a tombstone of its channel it is let go of, and left in the cluster
    project.write("applications/shop/shop.pvn.yaml", without_production(application))
    project.write("releases/shop.yaml", "release: {application: shop, removed: [web], removedChannels: [production]}")
    assert project.up("production").code == 0
    assert namespaces(project) == {"k-production/pvn-shop-rc-production": False}
    said = project.up("production")
    assert said.code == 0, said.out
    assert namespaces(project) == {}
    assert "pvn-shop-rc-production" in project.kubectl("production", "get", "namespaces")

    # the documented way out
    assert project.pulumi("state", "unprotect", "--all", "--yes", "--stack", "production").code == 0
    said = project.pulumi("destroy", "--stack", "production", "--yes", "--skip-preview")
    assert said.code == 0, said.out
    assert not exists(project, "production")


def namespaces(project: Project) -> dict[str, bool]:
    """The namespaces that the engine knows of production, and whether it protects them."""
    found = resources(project)
    return {name: is_protected for (kind, name), is_protected in found.items() if kind == "kubernetes:core/v1:Namespace"}


def resources(project: Project) -> dict[tuple[str, str], bool]:
    """What the engine knows of production by type and name, and whether it protects it."""
    found = json.loads(project.pulumi("stack", "export", "--stack", "production").out)["deployment"]["resources"]
    return {(one["type"], one["urn"].rpartition("::")[2]): one.get("protect", False) for one in found}


def without_production(application: str) -> str:
    return application[: application.index("  - name: production")]
