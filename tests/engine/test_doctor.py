"""`pvn doctor` against a real cluster and a real registry that lets nobody in without a password."""

import json

import pytest

from tests.engine.project import PRECONDITIONS, deployment, image
from tests.engine.registry import PASSWORD, USER, serve


@pytest.fixture
def private(toolchain, tmp_path):
    with serve(toolchain / "registry", tmp_path / "registry", is_private=True) as made:
        yield made


@pytest.fixture
def shop(project, private):
    """A shop whose images live in the private registry."""
    manifest = deployment("web", imagePullSecrets=[{"name": "pull"}])
    project.add("web", manifest)
    for stack in ("staging", "production"):
        use(project, stack, private)
    release(project, private.push("shop/web", "1.0"))
    return project


def use(project, stack, registry):
    """Let the services of a stack take their images from a registry."""
    path = project.root / f"Pulumi.{stack}.yaml"
    path.write_text(path.read_text().replace("docker.io", registry.url))


def release(project, digest):
    services = {"web": {"parameters": {"image": digest}}}
    project.write("releases/shop.yaml", {"release": {"application": "shop", "services": services}})


def findings(said):
    """Return what the doctor found, by what it is about."""
    return {one["about"]: one for one in json.loads(said.out)}


@pytest.mark.makes_clusters
def test_what_an_update_needs_is_there_or_the_doctor_says_how_to_mend_it(shop, private):
    digest = private.push("shop/web", "1.0")
    name = f"image {private.url}/shop/web@{digest} on k-staging"

    # before the first update nothing is wrong, and not everything can be known
    said = shop.pvn("doctor", "staging", "--output", "json")
    assert said.code == 3, said.out
    before = findings(said)
    assert {one for one in before if before[one]["state"] == "unknown"} == {"state", "runtime k-staging", name}
    assert before["state"]["fix"] == "pulumi stack init staging && pulumi up -s staging"
    assert before["pulumi"]["state"] == before["kwokctl"]["state"] == before[f"registry {private.url}"]["state"] == "ok"

    # with its cluster, and without a Secret for the nodes
    assert shop.up("staging").code == 0
    said = shop.pvn("doctor", "staging")
    assert said.code == 4
    assert f"✗ {name}: registry {private.url} wants to know who asks" in said
    assert f"fix: name a Secret with credentials for {private.url} in imagePullSecrets, and make it in " in said

    # with a Secret that holds another password, then with the right one
    for password, code in (("wrong", 4), (PASSWORD, 0)):
        shop.kubectl("staging", "delete", "secret", "pull", "--ignore-not-found")
        who = (f"--docker-server={private.url}", f"--docker-username={USER}", f"--docker-password={password}")
        assert shop.kubectl("staging", "create", "secret", "docker-registry", "pull", *who).code == 0
        said = shop.pvn("doctor", "staging", "--output", "json")
        assert said.code == code, said.out
        assert PASSWORD not in said
    found = findings(said)
    assert {one["state"] for one in found.values()} == {"ok"}
    assert found[name]["fact"] == "the Secret 'pull' lets nodes pull it"
    assert found["runtime k-staging"]["fact"].endswith("and we may apply to it")
    assert found["clock of runtime k-staging"]["fact"] == "within a minute of ours"

    # an image that nobody ever pushed
    release(shop, image("never"))
    said = shop.pvn("doctor", "staging")
    assert said.code == 4
    assert f"has no tag '{image('never')}'" in said

    # a cluster that is down
    shop.kwokctl("stop", "staging")
    said = shop.pvn("doctor", "staging")
    assert said.code == 4
    assert "✗ runtime k-staging: runtime 'k-staging' does not answer" in said
    assert "Traceback" not in said


def test_what_a_kubeconfig_may_not_do_is_named(shop, private):
    assert shop.up("staging").code == 0
    shop.kubectl("staging", "create", "serviceaccount", "viewer")
    namespace = "pvn-shop-rc-staging"
    binding = ("create", "clusterrolebinding", "viewer", "--clusterrole=view", f"--serviceaccount={namespace}:viewer")
    assert shop.kubectl("staging", *binding).code == 0
    token = shop.kubectl("staging", "create", "token", "viewer").out.strip()
    config = shop.root / ".pvn/k-staging.kubeconfig"
    linked = shop.home / "viewer.kubeconfig"
    found = json.loads(shop.run("kubectl", "--kubeconfig", config, "config", "view", "--flatten", "--output=json").out)
    found["users"][0]["user"] = {"token": token}
    linked.write_text(json.dumps(found))
    shop.write_stack("production", {"name": "k-production", "type": "kubeconfig", "path": str(linked)})
    use(shop, "production", private)
    said = shop.up("production")
    assert said.code == 0, said.out  # nothing is let through, so nothing is applied
    said = shop.pvn("doctor", "production", "--output", "json")
    assert said.code == 4
    about = findings(said)["runtime k-production"]
    assert about["fact"] == "we may not create namespaces, patch deployments, delete deployments"
    assert token not in said


def test_who_may_sign_is_counted_where_signatures_are_asked_for(shop):
    assert {"manualApproval": {}} in PRECONDITIONS
    about = "approvals/allowed_signers"
    said = findings(shop.pvn("doctor", "production", "--output", "json"))
    assert said[about]["fact"] == "1 people have to sign, and it knows 0"
    shop.approve()
    said = findings(shop.pvn("doctor", "production", "--output", "json"))
    assert said[about]["state"] == "ok"
    shop.write(about, "jane ssh-ed25519 AAAAdamaged\n")
    said = findings(shop.pvn("doctor", "production", "--output", "json"))
    assert (said[about]["state"], said[about]["fix"]) == ("failed", "add a line for each who may: name, key type, key")
