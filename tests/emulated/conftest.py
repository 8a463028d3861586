"""The accounts of examples/aws on each emulator, made once for all tests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.emulated import emulators, world
from tests.emulated.emulators import Emulator
from tests.emulated.world import World
from tools.emulators import Emulators


@pytest.fixture(scope="session")
def python() -> Path:
    """The Python that has the emulators."""
    return Emulators().ensure()


@pytest.fixture(scope="session")
def moto(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulators.moto(python, tmp_path_factory.mktemp("moto")) as running:
        yield running


@pytest.fixture(scope="session")
def accepted(moto: Emulator, tmp_path_factory: pytest.TempPathFactory) -> World:
    """What there is where every document is looked at."""
    return world.make(moto, {}, tmp_path_factory.mktemp("accepted"))


@pytest.fixture(scope="session")
def guarded(python: Path, aws_policies: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """What there is where every call is allowed or refused."""
    with emulators.ministack(python, tmp_path_factory.mktemp("ministack")) as running:
        yield world.make(running, aws_policies, tmp_path_factory.mktemp("guarded"))


@pytest.fixture(scope="session")
def aws_policies(moto: Emulator) -> dict[str, str]:
    """What AWS's own policies say, by ARN: those for containers, and for the machines and volumes under them."""
    root, found = moto.root(world.STRANGER), {}
    for page in root.pages("iam", "list_policies", Scope="AWS"):
        for one in page["Policies"]:
            if one["PolicyName"].startswith(("AmazonEKS", "AmazonEC2ContainerRegistry", "AmazonEBS")):
                version = {"PolicyArn": one["Arn"], "VersionId": one["DefaultVersionId"]}
                document = root.ask("iam", "get_policy_version", **version)["PolicyVersion"]["Document"]
                found[one["Arn"]] = json.dumps(document)
    return found
