"""Which project and which stack a pack is about: where that is not certain, there is no decision."""

import pytest

from delivery.problems import WorldFailed
from policy import decision


@pytest.fixture
def engine(monkeypatch):
    """What the engine puts into the environment of a pack."""
    monkeypatch.setenv("PULUMI_STACK", "production")
    monkeypatch.setenv("PULUMI_PROJECT", "pvn")
    return monkeypatch


def test_a_pack_that_is_not_told_its_stack_decides_nothing(engine, tmp_path):
    engine.delenv("PULUMI_STACK")
    with pytest.raises(WorldFailed, match="the engine does not say which stack this is about"):
        decision.here(tmp_path)


@pytest.mark.parametrize("text", [None, "", "- pvn", "name: [", "runtime: python"])
def test_a_folder_that_is_no_project_gives_no_decision(engine, tmp_path, text):
    if text is not None:
        (tmp_path / "Pulumi.yaml").write_text(text)
    with pytest.raises(WorldFailed, match="is no Pulumi project"):
        decision.here(tmp_path)


def test_the_pack_of_another_project_gives_no_decision(engine, tmp_path):
    (tmp_path / "Pulumi.yaml").write_text("name: other\nruntime: python\n")
    with pytest.raises(WorldFailed, match="stands in project 'other', and the engine runs 'pvn'"):
        decision.here(tmp_path)
