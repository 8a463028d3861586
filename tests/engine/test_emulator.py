"""The emulated clouds are held to the clouds' own SDKs: they take and say nothing that those do not know."""

import pytest

from tests.engine.emulator import inputs
from tests.engine.emulator.kinds import KINDS


@pytest.mark.parametrize("token", KINDS)
def test_every_row_names_properties_that_the_sdk_knows(token):
    kind, types = KINDS[token], inputs.of(token)
    assert set(kind.outputs) <= set(types[""]["outputs"])
    taken = {*kind.immutable, *filter(None, [kind.named, kind.guard])}
    assert taken <= set(types[""]["properties"])


@pytest.mark.parametrize(
    ("token", "given", "wrong"),
    [
        ("aws:eks/cluster:Cluster", {"roleArn": "a"}, ["vpcConfig: this property is required"]),
        ("aws:ec2/vpc:Vpc", {"cidrBlok": "10.0.0.0/16"}, ["cidrBlok: there is no such property"]),
        ("gcp:kms/keyRing:KeyRing", {"location": ["a"]}, ["location: expected a single value, found ['a']"]),
        (
            "azure-native:containerservice:ManagedCluster",
            {"resourceGroupName": "g", "agentPoolProfiles": [{"count": 1}]},
            ["agentPoolProfiles[0].name: this property is required"],
        ),
        ("gcp:container/cluster:Cluster", {"databaseEncryption": inputs.UNKNOWN}, []),
    ],
)
def test_inputs_are_checked_at_any_depth_and_what_is_not_known_yet_is_not(token, given, wrong):
    assert inputs.wrong(token, given) == wrong
