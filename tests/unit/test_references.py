"""Which namespace may read which secret."""

from types import SimpleNamespace
from typing import Any

from delivery import document, stacks
from delivery.manifests import render
from delivery.references import Reading, references
from delivery.shapes.infrastructure import RuntimeSettings
from delivery.shapes.local import LocalRuntime
from tests.unit.manifests.made import instance as rendering
from tests.unit.manifests.test_mounts import WHOLE

STACK = """
config:
  pvn:runtimes:
    - name: kubernetes-production
      type: eks
      account: {id: "222222222222", region: us-east-1, role: "arn:aws:iam::222222222222:role/pvn-deploy"}
      network: {cidr: 10.20.0.0/16}
      version: "1.35"
      secrets:
"""


def runtime(*secrets: str) -> RuntimeSettings:
    """Return the settings of a cluster that is given secrets."""
    text = STACK + "".join(f"        - {one}\n" for one in secrets)
    found, _ = stacks.read(document.load(text, "Pulumi.here.yaml"), "Pulumi.here.yaml")
    assert found
    return found.runtimes[0]


SETTINGS = runtime(
    "{service: shop/web, name: web, keys: {TOKEN: token}}",
    "{service: shop/api, name: api, keys: {TOKEN: token}}",
)


def step(
    service: str,
    *,
    runtime: str = SETTINGS.name,
    namespace: str | None = "shop-live",
    is_there: bool = True,
    mounts: str = "",
) -> Any:
    """Return as much of a step as matters here; its pods mount a class of that name."""
    instance = SimpleNamespace(application="shop", service=service, namespace="theirs")
    objects = render(rendering(WHOLE.replace("secretProviderClass: web", f"secretProviderClass: {mounts}"))).objects
    found = SimpleNamespace(runtime=runtime, namespace=namespace, objects=objects if mounts else ())
    bundle = found if is_there else None
    return SimpleNamespace(candidate=SimpleNamespace(instance=instance), bundle=bundle)


def names(*steps: Any) -> dict[tuple[str, str], list[str]]:
    return {key: list(found.fetched) for key, found in references([SETTINGS], steps).items()}


def test_a_namespace_reads_what_its_services_were_given():
    assert names(step("web"), step("api")) == {(SETTINGS.name, "shop-live"): ["web", "api"]}


def test_a_service_that_was_given_nothing_reads_nothing():
    assert names(step("worker")) == {}


def test_a_service_on_another_runtime_reads_nothing_here():
    assert names(step("web", runtime="elsewhere")) == {}


def test_a_service_that_was_never_released_has_nowhere_to_read():
    assert names(step("web", is_there=False)) == {}


def test_a_namespace_that_somebody_else_made_is_one_too():
    assert names(step("web", namespace=None)) == {(SETTINGS.name, "theirs"): ["web"]}


def test_two_channels_on_one_runtime_are_two_namespaces():
    assert sorted(names(step("web", namespace="a"), step("web", namespace="b"))) == [
        (SETTINGS.name, "a"),
        (SETTINGS.name, "b"),
    ]


def test_a_secret_comes_as_the_pods_want_it_that_are_there_whatever_the_stack_file_says():
    both = references([SETTINGS], [step("web", mounts="web"), step("api")])[SETTINGS.name, "shop-live"]
    assert both == Reading(fetched={"api": {"TOKEN": "token"}}, mounted={"web": {"TOKEN": "token"}})
    assert both.names == ("token",)


def test_a_secret_of_two_services_is_there_for_both_of_them_as_each_wants_it():
    shared = runtime(
        "{service: shop/web, name: all, keys: {TOKEN: token}}",
        "{service: shop/api, name: all, keys: {KEY: key}}",
    )
    fetched = references([shared], [step("web"), step("api")])
    assert fetched[SETTINGS.name, "shop-live"].fetched == {"all": {"TOKEN": "token", "KEY": "key"}}
    both = references([shared], [step("web", mounts="all"), step("api")])[SETTINGS.name, "shop-live"]
    assert both == Reading(fetched={"all": {"KEY": "key"}}, mounted={"all": {"TOKEN": "token"}})


def test_a_local_runtime_has_none_to_give():
    assert references([LocalRuntime(name="k", type="local")], [step("web", runtime="k")]) == {}
