"""Accounts are entered first: the engine hears of them while the clouds' SDKs are still to be loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pulumi
import pytest

from components import accounts, clouds
from delivery import foundations
from delivery.facts import Evidence
from delivery.inventories import Inventory
from delivery.supply import Supply
from tests.components import test_aws as aws
from tests.components import test_azure as azure
from tests.components import test_gcp as gcp
from tests.components.recording import Recording, run
from tests.components.stacks import stack
from tests.unit.made import NOW

ROOT = Path(__file__).parents[2]
HEAVY = {"aws": "pulumi_aws.ec2.vpc", "azure": "pulumi_azure_native.network.subnet", "gcp": "pulumi_gcp.compute.network"}
RUNTIMES = {"aws": aws.PRODUCTION, "azure": azure.PRODUCTION, "gcp": gcp.PRODUCTION}


@pytest.mark.parametrize("cloud", sorted(HEAVY))
def test_entering_an_account_loads_little_of_its_clouds_sdk(cloud):
    program = f"import sys; import components.{cloud}.account; sys.exit({HEAVY[cloud]!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("cloud", sorted(HEAVY))
def test_making_a_cluster_loads_few_of_the_kinds_that_its_clouds_network_has(cloud):
    package = HEAVY[cloud].rpartition(".")[0]
    program = (
        f"import sys; import components.{cloud}.runtime; print(sum(one.startswith('{package}.') for one in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    assert 0 < int(done.stdout) < 30


@pytest.mark.parametrize("cloud", sorted(RUNTIMES))
def test_what_was_entered_is_known_before_anything_is_made_in_it_and_not_entered_again(cloud):
    settings = stack("pvn:runtimes:\n- " + RUNTIMES[cloud].strip().replace("\n", "\n  "))
    (runtime,) = settings.runtimes
    foundation = foundations.lay(
        settings, foundations.alterations("here", settings, Inventory()), Inventory(), Evidence(NOW)
    )
    recording, before = Recording(is_preview=False), list[str]()
    sdk = "azure-native" if cloud == "azure" else cloud

    async def program() -> bool:
        entered = await accounts.enter(foundation)
        before.extend(one.type for one in recording.made)
        (account,) = entered.values()
        clouds.runtime(runtime, Path(), Supply({}, {}, {runtime.name: ()}), account)
        return True

    run(lambda: pulumi.Output.from_input(cast(Any, program())), recording)
    assert f"pvn:{cloud}:Account" in before
    assert set(before) <= {"pulumi:pulumi:Stack", f"pvn:{cloud}:Account", f"pulumi:providers:{sdk}"}
    provider = recording.one(f"pulumi:providers:{sdk}", f"{runtime.type}-{runtime.name}")
    assert [one.urn for one in recording.of(f"pvn:{cloud}:Account")] == [provider.parent]
    assert {one.provider for one in recording.made if one.custom and one.cloud == sdk} == {provider.urn}
