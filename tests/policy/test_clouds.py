"""The rules about clouds, beside what the program really registers for each of them."""

import pytest

from delivery.structs import replace
from policy.found import Found
from policy.kept import PROTECTION
from policy.providers import PROVIDERS
from tests.components import test_aws as aws
from tests.components import test_azure as azure
from tests.components import test_gcp as gcp
from tests.components.recording import CLOUDS, Made, record
from tests.components.stacks import making_registry, making_runtime, registry, runtime
from tests.policy import judged

RUNTIMES = [runtime(one.PRODUCTION) for one in (aws, azure, gcp)]
REGISTRIES = [registry(one.IMAGES) for one in (aws, azure, gcp)]


def decision(*, protect: bool):
    """What the gates say in a stack with all of these, protected or not."""
    of = judged.proven()
    some = {
        kind: tuple(one.model_copy(update={"protect": protect}) for one in group)
        for kind, group in (("runtimes", RUNTIMES), ("registries", REGISTRIES))
    }
    return replace(of, settings=of.settings.model_copy(update=some))


def found(made: Made) -> Found:
    return Found(made.type, made.name, made.urn, made.inputs, made.parent, made.provider.rpartition("::")[2], made.protect)


@pytest.fixture(scope="module", params=[*RUNTIMES, *REGISTRIES], ids=lambda one: one.type)
def registered(request) -> list[Found]:
    """What the program registers for one runtime or registry."""
    settings = request.param
    program = making_runtime(settings) if settings in RUNTIMES else making_registry(settings, ("shop/web",))
    return [found(one) for one in record(program).made if one.custom and one.cloud in CLOUDS]


def test_every_cluster_and_every_registry_is_looked_at_and_is_protected(registered):
    protected = decision(protect=True)
    concerned = [one for one in registered if PROTECTION.concerns(one)]
    assert not [said for one in concerned for said in PROTECTION.objections(one, protected)]
    bare = [replace(one, is_protected=False) for one in concerned]
    assert [said for one in bare for said in PROTECTION.objections(one, protected)], "the rule sees none of them"
    assert not [said for one in bare for said in PROTECTION.objections(one, decision(protect=False))]


def test_every_resource_of_a_cloud_has_a_provider_that_is_not_a_default(registered):
    assert not [said for one in registered for said in PROVIDERS.objections(one, decision(protect=True))]
