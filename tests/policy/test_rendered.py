"""What the pack objects to before there is anything: in the objects that the tree renders."""

import pytest

from delivery import checks, tree
from policy.rendered import main, objections
from tests.console import shipped

MANIFEST = "applications/my-app/services/my-backend/deployment.yaml"


@pytest.fixture
def project(tmp_path):
    return shipped(tmp_path)


def refused(project):
    found = objections(checks.check(tree.read(project)))
    return [(rule.name, said) for rule, said in found if not rule.is_advice]


def test_the_shipped_tree_would_not_be_refused(project):
    assert refused(project) == []


def test_an_image_without_a_digest_would_be_refused_where_there_is_a_gate(project):
    file = project / MANIFEST
    file.write_text(file.read_text().replace('"{{.Params.image}}"', "nginx:1"))
    (found,) = refused(project)
    assert found[0] == "digests"
    assert found[1].startswith(
        "my-app/production/my-backend: container 'my-backend' of Deployment my-backend runs 'nginx:1'; "
    )


def test_advice_is_told_as_such_and_ends_well(project, monkeypatch, capsys):
    file = project / MANIFEST
    file.write_text(file.read_text().replace("cpu:", "memory-of-cpu:"))
    monkeypatch.chdir(project)
    assert main() == 0
    said = "my-app/production/my-backend: container 'my-backend' of Deployment my-backend requests no cpu"
    assert f"advice, requests: {said}\n" in capsys.readouterr().out


def test_a_project_that_is_not_sound_is_said_to_be_so(project, monkeypatch, capsys):
    (project / MANIFEST).write_text("a: [")
    (project / "releases/my-app.yaml").write_text("release: [")
    monkeypatch.chdir(project)
    assert main() == 1
    assert "releases/my-app.yaml:" in capsys.readouterr().err
