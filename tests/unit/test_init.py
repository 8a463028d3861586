"""What `pvn init` says of the program in the Pulumi.yaml of a new project."""

import sys
from functools import partial

import pytest
import yaml

from pvn import init
from tests import console

SERVICE = ("-a", "shop", "-s", "web", "-i", f"docker.io/acme/web@sha256:{'7' * 64}", "-c", "staging")


@pytest.fixture
def pvn(capsys):
    return partial(console.called, capsys)


def named(project):
    """Return the program, its Python and the provider of local clusters, as Pulumi.yaml names them."""
    found = yaml.safe_load((project / "Pulumi.yaml").read_text())
    (provider,) = found["plugins"]["providers"]
    return found["main"], found["runtime"]["options"]["virtualenv"], provider["path"]


@pytest.mark.parametrize(
    ("program", "project", "main"),
    [
        ("platform", "shop", "../platform"),
        ("shop/platform", "shop", "platform"),
        ("shop/vendor/platform", "shop", "vendor/platform"),
        ("platform", "platform/projects/shop", "../.."),
    ],
)
def test_a_program_beside_or_inside_a_project_is_named_from_there_so_that_clones_of_both_find_it(
    pvn, tmp_path, monkeypatch, program, project, main
):
    monkeypatch.setattr(init, "_PROGRAM", tmp_path / program)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / program / ".venv"))
    assert pvn("-C", str(tmp_path / project), "init", *SERVICE)[0] == 0
    assert named(tmp_path / project) == (main, f"{main}/.venv", f"{main}/components/local/kwok")


def test_a_program_that_lies_elsewhere_is_named_by_its_whole_path(pvn, tmp_path, monkeypatch):
    program = tmp_path / "opt/platform"
    monkeypatch.setattr(init, "_PROGRAM", program)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "shop/.venv"))
    assert pvn("-C", str(tmp_path / "shop"), "init", *SERVICE)[0] == 0
    assert named(tmp_path / "shop") == (str(program), ".venv", f"{program}/components/local/kwok")
