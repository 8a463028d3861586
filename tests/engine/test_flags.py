"""Flags of plain `pulumi` that leave things out: what was not applied is not remembered as if it had been."""

from tests.engine.project import image


def test_an_update_of_one_target_records_only_what_it_applied(project):
    project.add("web")
    project.add("api")
    assert project.up("staging").code == 0
    before = project.outputs("staging")["releases"]
    project.release("web", "two")
    project.release("api", "two")
    target = "**k-staging/pvn-shop-rc-staging/web"
    said = project.up("staging", "--target", target, "--target-dependents")
    assert said.code == 0, said.out
    assert project.images("staging") == {"web": image("two"), "api": image("one")}
    after = project.outputs("staging")["releases"]
    assert after["shop/staging/web"]["current"] != before["shop/staging/web"]["current"]
    assert after["shop/staging/api"]["current"] == before["shop/staging/api"]["current"]

    # a refresh asks the cluster and changes no record; the next plain update finishes what the target left out
    said = project.pulumi("refresh", "--stack", "staging", "--yes", "--skip-preview")
    assert said.code == 0, said.out
    assert project.outputs("staging")["releases"] == after
    assert project.up("staging").code == 0
    assert project.images("staging") == {"web": image("two"), "api": image("two")}


def test_settings_that_no_reviewer_saw_are_refused(project):
    project.add("web")
    project.init("staging")
    own = (project.root / "Pulumi.staging.yaml").read_text()
    project.write("elsewhere.yaml", own.replace("k-staging.kubeconfig", "elsewhere.kubeconfig"))
    said = project.up("staging", "--config-file", "elsewhere.yaml")
    assert said.code != 0
    assert "the engine runs with another value for 'pvn:runtimes'" in said
    assert "fix: write it into Pulumi.staging.yaml" in said
