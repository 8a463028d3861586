"""Channel groups: what a tree with groups means is what it means with their channels written out."""

import pytest

from delivery import checks, groups, tree
from delivery.problems import Spot
from tests.unit.trees import HOME, checked, instances, said, write

FILE = f"{HOME}/shop.pvn.yaml"


def group(more: str = "", *, selector: str = "env=production", name: str = "live", first: str = "") -> str:
    """An application's text with a group; `more` are lines inside the group."""
    lines = [f"    - name: {name}", f"      runtimeSelector: {selector}", *(f"      {line}" for line in more.splitlines())]
    return "\n".join([*([first] if first else []), "  releaseChannelGroups:", *lines, ""])


STAGING = "  releaseChannels: [{name: staging, runtimes: [{runtime: k-staging}]}]"


def channels_of(root):
    return checked(root).applications["shop"].release_channels


def without_places(channel):
    return channel.model_dump()


def test_each_runtime_that_is_selected_gives_a_channel_named_after_the_group_and_itself(tmp_path):
    found = channels_of(write(tmp_path, group(first=STAGING)))
    assert [(one.name, one.group, [each.runtime for each in one.runtimes]) for one in found] == [
        ("staging", "", ["k-staging"]),
        ("live-k-eu", "live", ["k-eu"]),
        ("live-k-us", "live", ["k-us"]),
    ]


def test_a_group_means_what_its_channels_mean_when_they_are_written_out(tmp_path):
    template = """template:
  constants: [{name: zone, string: {value: "{{.Builtins.Runtime.Labels.region}}-{{.Builtins.Group}}"}}]
  policy: {defaultEnv: {"AT_{{.Builtins.Group}}": {value: "{{.Builtins.Runtime.Name}}"}}}
  labels: [{label: tier, value: "{{.Builtins.Group}}"}]
  preconditions: [{releaseChannelStable: {releaseChannel: staging}}, {manualApproval: {}}]"""
    written = """  releaseChannels:
    - {name: staging, runtimes: [{runtime: k-staging}]}
    - name: live-k-us
      group: live
      runtimes: [{runtime: k-us}]
      constants: [{name: zone, string: {value: us-live}}]
      policy: {defaultEnv: {AT_live: {value: k-us}}}
      labels: [{label: tier, value: live}]
      preconditions: [{releaseChannelStable: {releaseChannel: staging}}, {manualApproval: {}}]
"""
    generated = channels_of(write(tmp_path / "a", group(template, selector="region=us", first=STAGING)))
    plain = channels_of(write(tmp_path / "b", written))
    assert [without_places(one) for one in generated] == [without_places(one) for one in plain]


def test_every_value_keeps_its_place(tmp_path):
    template = "template:\n  constants:\n    - name: zone\n      string: {value: '{{.Builtins.Group}}'}"
    (channel, _) = channels_of(write(tmp_path, group(template)))
    assert channel.spot("name") == Spot(FILE, 4, 13)
    assert channel.runtimes[0].spot("runtime") == Spot(FILE, 5, 24)
    assert channel.constants[0].spot("name") == Spot(FILE, 8, 19)
    assert channel.constants[0].string.spot("value") == Spot(FILE, 9, 29)


def test_labels_of_a_runtime_document_count_and_those_of_the_stack_file_win(tmp_path):
    runtime = "runtime: {name: k-us, labels: [{label: tier, value: gold}, {label: env, value: test}]}"
    assert [
        one.name for one in channels_of(write(tmp_path, group(selector="tier=gold env=production"), runtime=runtime))
    ] == ["live-k-us"]


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("'@name=k-eu'", ["live-k-eu"]),
        ("'@type=runtime - env=staging'", ["live-k-eu", "live-k-us"]),
        ("env=staging + region=us", ["live-k-staging", "live-k-us"]),
    ],
)
def test_a_selector_may_ask_for_what_every_runtime_has(tmp_path, selector, names):
    assert [one.name for one in channels_of(write(tmp_path, group(selector=selector)))] == names


def test_a_template_may_say_how_the_selected_runtime_is_used(tmp_path):
    template = """template:
  runtimes:
    - {runtime: "{{.Builtins.Runtime.Name}}", containerOrchestration: {k8s: {namespace: "shop-{{.Builtins.Group}}"}}}"""
    found = instances(write(tmp_path, group(template)))
    assert [(one.runtime.name, one.namespace, one.owns_namespace) for one in found.values()] == [
        ("k-eu", "shop-live", False),
        ("k-us", "shop-live", False),
    ]


def test_other_runtimes_of_a_template_stand_beside_the_selected_one(tmp_path):
    template = "template:\n  runtimes: [{runtime: k-staging, name: spare}]"
    (channel, _) = channels_of(write(tmp_path, group(template)))
    assert [one.runtime for one in channel.runtimes] == ["k-staging", "k-eu"]


def test_a_template_may_repeat_the_name_that_the_group_gives(tmp_path):
    template = 'template: {name: "{{.Builtins.Group}}-{{.Builtins.Runtime.Name}}", group: live}'
    assert [one.name for one in channels_of(write(tmp_path, group(template)))] == ["live-k-eu", "live-k-us"]


def test_a_group_may_select_nothing_where_it_says_so(tmp_path):
    root = write(tmp_path, group("allowEmpty: true", selector="env=none"))
    assert channels_of(root) == ()


def test_checking_twice_changes_nothing(tmp_path):
    none = "    - {name: none, runtimeSelector: env=none, allowEmpty: true}\n"
    found = checked(write(tmp_path, group(first=STAGING) + none))
    assert checks.check(found) == found


def test_a_tree_without_groups_stays_as_it_is(tmp_path):
    found = tree.read(write(tmp_path, STAGING + "\n"))
    assert groups.expand(found) == found


def test_services_may_speak_of_the_channels_that_a_group_makes(tmp_path):
    service = """
service:
  name: web
  application: shop
  kubernetesConfig: {type: KUBERNETES, local: {path: .}}
  perReleaseChannel: [{releaseChannel: live-k-us, env: {ONLY: {value: here}}}]
"""
    found = instances(write(tmp_path, group(), service=service))
    assert {name: dict(one.env) for name, one in found.items()} == {"live-k-eu": {}, "live-k-us": {"ONLY": "here"}}


def test_a_selector_that_matches_nothing_is_refused_with_the_labels_there_are(tmp_path):
    assert said(write(tmp_path, group(selector="weather=fine"))) == (
        f"{FILE}:5:24: no runtime matches 'weather=fine'\n  fix: known labels: @name=k-eu, @name=k-staging, @name=k-us, "
        "env=production, env=staging, region=eu, region=us (if it may match none: allowEmpty: true)"
    )


def test_a_channel_that_is_there_already_is_refused(tmp_path):
    first = "  releaseChannels: [{name: live-k-eu, runtimes: [{runtime: k-eu}]}]"
    assert said(write(tmp_path, group(first=first))) == (
        f"{FILE}:5:13: release channel 'live-k-eu' is there already, at {FILE}:3:28\n"
        "  fix: rename one of them, or take it out"
    )


def test_what_is_wrong_with_a_template_is_said_once_at_its_place(tmp_path):
    template = """template:
  name: other
  constants: [{name: zone, string: {value: "{{.Params.zone}}"}}]
  labels: [{label: zone, value: "{{.Builtins.Runtime.Labels.zone}}"}]"""
    assert said(write(tmp_path, group(template))) == (
        f"{FILE}:7:15: `name` comes from the group, and is 'live-k-eu'\n  fix: take the line out\n"
        f"{FILE}:7:15: `name` comes from the group, and is 'live-k-us'\n  fix: take the line out\n"
        f"""{FILE}:8:50: map has no entry for key "Params" (for runtime 'k-eu')\n  fix: known keys: Builtins\n"""
        f"""{FILE}:9:39: map has no entry for key "zone" (for runtime 'k-eu')\n  fix: known keys: env, region"""
    )


def test_a_filled_template_is_checked_like_any_channel(tmp_path):
    template = 'template: {labels: [{label: zone, value: "{{.Builtins.Group}} {{.Builtins.Runtime.Name}}"}]}'
    assert said(write(tmp_path, group(template, selector="region=us"))) == (
        f"{FILE}:6:48: `value`: `live k-us` has characters that a label may not have\n"
        "  fix: use letters, digits and . - _ @ +"
    )


def test_a_channel_whose_name_would_be_too_long_is_refused(tmp_path):
    text = said(write(tmp_path, group(name="l" * 60, selector="region=us")))
    assert text.startswith(f"{FILE}:4:13: `name`: `{'l' * 60}-k-us` is not a name")
