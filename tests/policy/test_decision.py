"""Which project and which stack a pack is about: where that is not certain, there is no decision."""

import pytest

from delivery.problems import WorldFailed
from evidence import workplace
from policy import decision


@pytest.fixture
def engine(monkeypatch, tmp_path):
    """What the engine puts into the environment of a pack."""
    monkeypatch.setenv("PULUMI_STACK", "production")
    monkeypatch.setenv("PULUMI_PROJECT", "pvn")
    monkeypatch.setattr(workplace, "project", lambda: tmp_path)  # tests/programs/test_workplace.py has the real one
    return monkeypatch


def test_a_pack_that_is_not_told_its_stack_decides_nothing(engine):
    engine.delenv("PULUMI_STACK")
    with pytest.raises(WorldFailed, match="the engine does not say which stack this is about"):
        decision.here()


@pytest.mark.parametrize("text", [None, "", "- pvn", "name: [", "runtime: python"])
def test_a_folder_that_is_no_project_gives_no_decision(engine, tmp_path, text):
    if text is not None:
        (tmp_path / "Pulumi.yaml").write_text(text)
    with pytest.raises(WorldFailed, match="is no Pulumi project"):
        decision.here()


def test_another_project_than_the_engine_runs_gives_no_decision(engine, tmp_path):
    (tmp_path / "Pulumi.yaml").write_text("name: other\nruntime: python\n")
    with pytest.raises(WorldFailed, match=r"the engine runs project 'pvn', and the one in .* is 'other'"):
        decision.here()
