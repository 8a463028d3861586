"""The tables of docs/precedence.md, a line each: what is set in which places, and what wins."""

import pytest

from delivery import manifests
from delivery.gotemplate import Image
from tests.unit.trees import instances, said, write

CHANNEL = """
  releaseChannels:
    - name: live
      runtimes: [{{runtime: k-us}}]
      {}
"""
SERVICE = """
service:
  name: web
  application: shop
  kubernetesConfig: {{type: KUBERNETES, local: {{path: .}}{config}}}
  {lines}
  perReleaseChannel: [{{releaseChannel: live, {own}}}]
"""


def service(lines: str = "", own: str = "env: {}", config: str = "") -> str:
    return SERVICE.format(lines=lines, own=own, config=config)


TEXT = "string: {defaultValue: default}"
NUMBER = 'int: {defaultValue: "7"}'
INFO = "imageRegistryInfo: {containerRegistry: docker-hub, imageRepository: shop/web}"
IMAGE = f"dockerImage: {{defaultTag: default, {INFO}}}"


def release(everywhere: str | None, here: str | None) -> str:
    own = f"[{{releaseChannel: live, parameters: {{given: {here}}}}}]" if here else "[]"
    parameters = f"{{given: {everywhere}}}" if everywhere else "{}"
    return f"release: {{application: shop, services: {{web: {{parameters: {parameters}, perReleaseChannel: {own}}}}}}}"


@pytest.mark.parametrize(
    ("definition", "everywhere", "here", "wins"),
    [
        (TEXT, "all", "one", "one"),
        (TEXT, "all", None, "all"),
        (TEXT, None, "one", "one"),
        (TEXT, None, None, "default"),
        (TEXT, '""', None, ""),
        (TEXT, "all", '""', ""),
        ("string: {}", None, None, ""),
        ("string: {}, required: true", "all", None, "all"),
        ('string: {defaultValue: ""}', None, None, ""),
        (NUMBER, "2", "3", 3),
        (NUMBER, "2", None, 2),
        (NUMBER, None, None, 7),
        (NUMBER, "0", None, 0),
        (NUMBER, "2", "0", 0),
        ("int: {}", None, None, 0),
        (NUMBER, '"2"', None, 2),
        (NUMBER, "2", '"-3"', -3),
        (NUMBER, '"9223372036854775807"', None, 9223372036854775807),
        (IMAGE, "all", "one", "docker.io/shop/web:one"),
        (IMAGE, "all", None, "docker.io/shop/web:all"),
        (IMAGE, None, None, "docker.io/shop/web:default"),
        (IMAGE, '""', None, "docker.io/shop/web:default"),
    ],
)
def test_a_parameters_value_for_the_channel_wins_over_all_channels_over_its_default(
    tmp_path, definition, everywhere, here, wins
):
    text = service(f"parameters: [{{name: given, {definition}}}]")
    root = write(tmp_path, CHANNEL.format(""), service=text, release=release(everywhere, here))
    value = instances(root)["live"].parameters["given"]
    assert (value.reference if isinstance(value, Image) else value) == wins


@pytest.mark.parametrize("number", ['"9223372036854775808"', '"1.0"', '"0x1"', '""', f'"{"9" * 5000}"', '"1_0"'])
def test_text_that_is_no_number_is_not_taken_for_one(tmp_path, number):
    text = service(f"parameters: [{{name: given, {NUMBER}}}]")
    root = write(tmp_path, CHANNEL.format(""), service=text, release=release(number, None))
    assert "is not a whole number" in said(root)


@pytest.mark.parametrize(
    ("definition", "value"),
    [
        ("string: {}", "one"),
        ('string: {defaultValue: ""}', "one"),
        ("int: {}", "1"),
        ('int: {defaultValue: "0"}', "1"),
        (f"dockerImage: {{{INFO}}}", "one"),
    ],
)
def test_a_required_parameter_that_the_release_does_not_give_is_an_error_whatever_it_was_before(tmp_path, definition, value):
    text = service(f"parameters: [{{name: given, {definition}, required: true}}]")
    before = write(tmp_path, CHANNEL.format(""), service=text, release=release(value, None))
    assert instances(before)["live"].parameters
    after = write(tmp_path, CHANNEL.format(""), service=text, release=release(None, None))
    assert "service 'web' needs the parameter 'given' in channel 'live'" in said(after)


LAYERS = ["channel", "service", "own"]
SOME = [[one for bit, one in enumerate(LAYERS) if number >> bit & 1] for number in range(1, 8)]


def constant(layer: str, layers: list[str]) -> str:
    return f"constants: [{{name: it, string: {{value: {layer}}}}}]" if layer in layers else "constants: []"


@pytest.mark.parametrize("layers", SOME, ids="+".join)
def test_a_constant_of_the_services_entry_wins_over_the_service_over_the_channel(tmp_path, layers):
    text = service(constant("service", layers), constant("own", layers))
    found = instances(write(tmp_path, CHANNEL.format(constant("channel", layers)), service=text))["live"]
    assert found.constants == {"it": layers[-1]}


def test_a_constant_is_text_as_it_stands(tmp_path):
    text = service("constants: [{name: it, string: {value: '{{.Params.none}}'}}]")
    assert instances(write(tmp_path, CHANNEL.format(""), service=text))["live"].constants == {"it": "{{.Params.none}}"}


DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers: [{name: first, image: one, %s}]
      containers: [{name: web, image: one, %s}]
"""


def env(layer: str, layers: list[str], name: str) -> str:
    return f"{{{name}: {{value: {layer}}}}}" if layer in layers else "{}"


def environment(tmp_path, layers: list[str], name: str = "IT", config: str = "") -> list[dict[str, str]]:
    """Return the environment of the init container and of the container, with the name set in some layers."""
    text = service(f"env: {env('service', layers, name)}", f"env: {env('own', layers, name)}", config)
    policy = f"policy: {{defaultEnv: {env('channel', layers, name)}}}"
    own = f"env: [{{name: {name}, value: manifest}}]" if "manifest" in layers else "env: []"
    root = write(tmp_path, CHANNEL.format(policy), service=text, manifest=DEPLOYMENT % (own, own))
    (deployment,) = manifests.render(instances(root)["live"]).objects
    pod = deployment["spec"]["template"]["spec"]
    return [{one["name"]: one["value"] for one in pod[of][0]["env"]} for of in ("initContainers", "containers")]


@pytest.mark.parametrize("layers", [*SOME, ["manifest"], *([*some, "manifest"] for some in SOME)], ids="+".join)
def test_the_manifest_wins_over_the_services_entry_over_the_service_over_the_channel(tmp_path, layers):
    both = {"PVN_RELEASE_CHANNEL": "live", "PVN_SERVICE": "web", "IT": layers[-1]}
    assert environment(tmp_path, layers) == [both, both]


@pytest.mark.parametrize("layers", [*SOME, ["manifest"]], ids="+".join)
def test_every_layer_wins_over_what_the_program_sets_by_itself(tmp_path, layers):
    both = {"PVN_RELEASE_CHANNEL": "live", "PVN_SERVICE": layers[-1]}
    assert environment(tmp_path, layers, "PVN_SERVICE") == [both, both]


def test_a_disabled_injection_leaves_the_manifest_alone(tmp_path):
    layers = ["channel", "service", "own", "manifest"]
    assert environment(tmp_path, layers, config=", envInjectionMode: ENV_INJECT_DISABLED") == [{"IT": "manifest"}] * 2


def test_a_stack_files_label_wins_over_the_runtime_documents(tmp_path):
    runtime = "runtime: {name: k-us, labels: [{label: tier, value: gold}, {label: env, value: document}]}"
    found = instances(write(tmp_path, CHANNEL.format(""), runtime=runtime))["live"]
    assert found.runtime.labels == {"tier": "gold", "env": "production", "region": "us"}


@pytest.mark.parametrize(
    ("own", "paths"),
    [
        ("envInjectionMode: ENV_INJECT_DISABLED", ["/a"]),
        ("patches: [{target: {kind: ConfigMap}, replace: {path: /b, string: x}}]", ["/a", "/b"]),
    ],
)
def test_a_channels_kubernetes_config_is_laid_over_the_services_and_patches_add_up(tmp_path, own, paths):
    base = ", patches: [{target: {kind: ConfigMap}, replace: {path: /a, string: x}}]"
    text = service(own=f"kubernetesConfig: {{{own}}}", config=base)
    found = instances(write(tmp_path, CHANNEL.format(""), service=text))["live"]
    assert [one.path for one in found.patches] == paths
    assert [one.name for one in found.manifests] == ["applications/shop/web/web.yaml"]
