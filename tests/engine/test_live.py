"""`make live`, played on the real engine over the emulated clouds: all of it but the account is what a person runs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.engine.emulated import CI, CLOUDS, EMULATOR, Emulated
from tools.live import __main__ as live
from tools.live import place, readiness, story, table
from tools.live.place import Place
from tools.toolchain.trouble import Trouble

WAY_UP = list(story.STEPS)
WAY_DOWN = [claim for claim, _ in story.WAY_DOWN.values()]


@pytest.fixture
def run(cloud: Emulated, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Place:
    """A run with somebody's own accounts in its stack files, in an environment where they are known."""
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    short = next(name for name, one in CLOUDS.items() if one is cloud.cloud)
    made = Place(short, tmp_path / "live", {cloud.cloud.package: EMULATOR})
    made.accounts.mkdir(parents=True)
    for stack in place.STACKS:
        shutil.copy(cloud.root / f"Pulumi.{stack}.yaml", made.accounts)
    return made


def only(name: str) -> pytest.MarkDecorator:
    """Let a test run on one cloud: nothing in it depends on which."""
    return pytest.mark.parametrize("cloud", [name], indirect=True)


def test_everything_is_proven_and_nothing_is_left(cloud, run):
    place.prepare(run)
    readiness.check(run)
    outcomes = story.run(run)
    assert [(one.claim, one.is_proven) for one in outcomes] == [(claim, True) for claim in [*WAY_UP, *WAY_DOWN]], outcomes
    assert (
        f"/{place.REPOSITORY}@sha256:"
        in outcomes[WAY_UP.index("nodes pull an image from the other account's registry")].fact
    )
    assert cloud.world.resources() == []
    assert not run.scratch.exists()
    said = table.text(run.cloud, outcomes)
    assert said.count("| yes |") == len(outcomes)
    assert "SOMETHING IS LEFT" not in said


@only("aws")
def test_a_step_that_fails_is_the_last_one_and_what_cannot_be_taken_down_is_said_and_taken_down_by_the_next_run(cloud, run):
    cloud.world.fail(cloud.cloud.nodes, "create", "no capacity in zone a", half=True)
    for _ in range(2):
        cloud.world.fail(cloud.cloud.cluster, "delete", "somebody else holds it")
    place.prepare(run)
    outcomes = story.run(run)
    assert [one.is_proven for one in outcomes] == [True, True, False, False, True], outcomes
    assert [one.claim for one in outcomes] == [*WAY_UP[:3], *WAY_DOWN]
    assert "no capacity in zone a" in run.log.read_text()
    assert "SOMETHING IS LEFT and costs money" in table.text(run.cloud, outcomes)
    assert {one.account for one in cloud.world.resources()} == {cloud.cloud.accounts["staging"]}

    place.prepare(run)
    again = story.run(run)
    assert [(one.claim, one.is_proven) for one in again] == [(WAY_DOWN[0], True)], again
    assert cloud.world.resources() == []


@only("gcp")
def test_nothing_is_made_before_programs_credentials_accounts_and_costs_are_right(cloud, run, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(live, "Place", lambda name: Place(name, run.folder, run.providers))
    assert live.main(["gcp"]) == 2
    said = capsys.readouterr()
    assert "in US dollars an hour, about:" in said.out
    assert said.err == "nothing was made. To go on: make live CLOUD=gcp YES=1\n"

    (cloud.commands / "docker").unlink()
    cloud.world.allow(CI, cloud.cloud.roles["staging"])
    monkeypatch.setenv("PATH", without_docker(os.environ["PATH"], tmp_path))
    assert live.main(["gcp", "--yes"]) == 1
    said = capsys.readouterr()
    assert "docker: it is not on PATH" in said.err
    assert "Google project shop-shared: gcloud: googleapi: Error 403" in said.err
    assert "in US dollars" not in said.out

    shutil.rmtree(run.accounts)
    with pytest.raises(Trouble, match="these are the accounts of the example, and nobody's"):
        place.prepare(run)
    assert sorted(one.name for one in run.accounts.iterdir()) == ["Pulumi.shared.yaml", "Pulumi.staging.yaml"]
    assert cloud.world.resources() == []


def without_docker(path: str, scratch: Path) -> str:
    """Return a PATH without the docker that a machine may have; what is beside it is still found."""
    kept = []
    for number, folder in enumerate(map(Path, path.split(os.pathsep))):
        copy = scratch / f"path-{number}"
        if (folder / "docker").exists():
            copy.mkdir()
            for one in folder.iterdir():
                if one.name != "docker":
                    (copy / one.name).symlink_to(one)
        kept.append(str(copy if copy.exists() else folder))
    return os.pathsep.join(kept)
