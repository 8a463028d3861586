"""`releaseChannelStable` with a selector: which channels it means, and what that asks of a release."""

import pytest

from delivery import gates
from delivery.facts import Evidence
from delivery.instances import NothingToAwait, StableIn
from delivery.problems import Spot
from tests.unit.made import HERE, NOW, candidate, evidence, history
from tests.unit.trees import HOME, instances, said, write

FILE = f"{HOME}/shop.pvn.yaml"
CHANNELS = """
  releaseChannels:
    - {name: test-eu, group: test, runtimes: [{runtime: k-staging}], labels: [{label: tier, value: low}]}
    - {name: test-us, group: test, runtimes: [{runtime: k-staging}], labels: [{label: tier, value: low}]}
    - {name: canary, runtimes: [{runtime: k-eu}], labels: [{label: tier, value: high}]}
    - name: live
      group: live
      runtimes: [{runtime: k-us}]
      labels: [{label: tier, value: high}]
      preconditions:
        - releaseChannelStable: {}
"""


def selecting(selector: str, more: str = "") -> str:
    return CHANNELS.replace("Stable: {}", f"Stable: {{selector: '{selector}'{more}}}")


def awaited(root) -> list[str]:
    return [one.channel for one in instances(root)["live"].preconditions if isinstance(one, StableIn)]


@pytest.mark.parametrize(
    ("selector", "channels"),
    [
        ("tier=low", ["test-eu", "test-us"]),
        ("@group=test", ["test-eu", "test-us"]),
        ("@name=canary", ["canary"]),
        ("@type=release-channel", ["test-eu", "test-us", "canary"]),
        ("@application=shop - tier=low", ["canary"]),
        ("@name=test-us + @name=test-eu", ["test-eu", "test-us"]),
        ("@group=", ["canary"]),
    ],
)
def test_a_selector_means_the_other_channels_that_match_in_their_own_order(tmp_path, selector, channels):
    assert awaited(write(tmp_path, selecting(selector))) == channels


def test_a_channel_never_waits_for_itself_through_a_selector(tmp_path):
    assert awaited(write(tmp_path, selecting("tier=high"))) == ["canary"]


def test_what_a_file_says_under_a_name_of_ours_does_not_count(tmp_path):
    forged = selecting("@name=canary").replace("label: tier, value: low", 'label: "@name", value: canary')
    assert awaited(write(tmp_path, forged)) == ["canary"]


def test_channels_of_a_group_can_be_selected_and_can_select(tmp_path):
    application = """
  releaseChannels: [{name: staging, runtimes: [{runtime: k-staging}]}]
  releaseChannelGroups:
    - name: live
      runtimeSelector: env=production
      template:
        preconditions: [{releaseChannelStable: {selector: "@type=release-channel @name=staging"}}]
    - name: archive
      runtimeSelector: region=us
      template:
        preconditions: [{releaseChannelStable: {selector: "@group=live"}}]
"""
    found = instances(write(tmp_path, application))
    assert {name: [g.channel for g in one.preconditions if isinstance(g, StableIn)] for name, one in found.items()} == {
        "staging": [],
        "live-k-eu": ["staging"],
        "live-k-us": ["staging"],
        "archive-k-us": ["live-k-eu", "live-k-us"],
    }


@pytest.mark.parametrize(
    ("selector", "fix"),
    [
        ("tier=lwo", "did you mean 'tier=low'?"),
        ("zone=x", "known labels: @group=test, @name=canary, @name=test-eu, @name=test-us, tier=high, tier=low"),
    ],
)
def test_an_empty_match_is_refused_with_the_near_label_or_those_there_are(tmp_path, selector, fix):
    assert said(write(tmp_path, selecting(selector))) == (
        f"{FILE}:13:44: no other channel of 'shop' matches '{selector}'\n"
        f"  fix: {fix} (if it may match none: allowEmpty: true)"
    )


def test_an_empty_match_that_is_allowed_is_no_gate_and_can_be_seen(tmp_path):
    (only,) = instances(write(tmp_path, selecting("tier=none", ", allowEmpty: true")))["live"].preconditions
    assert only == NothingToAwait("tier=none", Spot(FILE, 13, 11))
    (answer,) = gates.decide(candidate(gates=(only,)), {}, history(), Evidence(NOW)).answers
    assert (answer.gate, answer.state) == ("releaseChannelStable tier=none", gates.State.OPEN)
    assert answer.fact == "no other channel matches, and allowEmpty says that none has to"


def test_an_empty_match_opens_no_other_gate():
    given = candidate(gates=(NothingToAwait("tier=none", HERE), StableIn("staging", HERE)))
    assert not gates.decide(given, {}, history(), Evidence(NOW)).is_open


def test_all_of_the_matched_channels_have_to_be_stable():
    production = candidate(gates=(StableIn("staging", HERE), StableIn("canary", HERE)))
    siblings = {"staging": candidate("staging"), "canary": candidate("canary"), "production": production}
    verdict = gates.decide(production, siblings, history(), evidence(siblings["staging"]))
    assert [(one.gate, one.state) for one in verdict.answers] == [
        ("releaseChannelStable staging", gates.State.OPEN),
        ("releaseChannelStable canary", gates.State.WAITING),
    ]
    assert not verdict.is_open


def test_many_channels_that_wait_for_all_before_them_are_checked_at_once(tmp_path):
    rows = ["    - {name: c0, runtimes: [{runtime: k-eu}]}"]
    for number in range(1, 40):
        before = " + ".join(f"@name=c{one}" for one in range(number))
        gate = f"releaseChannelStable: {{selector: '{before}'}}"
        rows.append(f"    - {{name: c{number}, runtimes: [{{runtime: k-eu}}], preconditions: [{{{gate}}}]}}")
    found = instances(write(tmp_path, "\n".join(["  releaseChannels:", *rows, ""])))
    assert len(found["c39"].preconditions) == 39
