"""The pack as the engine meets it: doubt refuses, and everything that was examined is written down."""

import json

import pytest
from pulumi_policy import (
    EnforcementLevel,
    PolicyCustomTimeouts,
    PolicyResourceOptions,
    ResourceValidationArgs,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.policy import PolicyProviderResource
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from delivery.problems import WorldFailed
from policy import pack
from policy.found import INSTANCE
from tests.policy import judged
from tests.unit import made

WANTED = made.candidate()
STACK = f"{judged.URN}pulumi:pulumi:Stack::pvn-production"


class Engine:
    """What shows resources to the pack, one after the other, and hears what it says."""

    def __init__(self, decide):
        self.policies = pack.policies(decide)
        self.seen = []

    def show(self, kind, name, urn, props, parent=STACK, provider=None):
        timeouts = PolicyCustomTimeouts(0, 0, 0)
        opts = PolicyResourceOptions(
            protect=False,
            ignore_changes=[],
            delete_before_replace=None,
            aliases=[],
            custom_timeouts=timeouts,
            additional_secret_outputs=[],
            parent=parent,
        )
        given = PolicyProviderResource("pulumi:providers:kubernetes", {}, "urn", provider) if provider else None
        args = ResourceValidationArgs(kind, unknown_checking_proxy(props), urn, name, opts, given)
        self.seen.append(args)
        return self._ask(args, lambda one: not isinstance(one, StackValidationPolicy))

    def found(self, one):
        return self.show(one.type, one.name, one.urn, dict(one.props), one.parent, one.provider)

    def end(self):
        return self._ask(StackValidationArgs(self.seen), lambda one: isinstance(one, StackValidationPolicy))

    def _ask(self, args, wanted):
        said: dict[str, list[str]] = {}
        for policy in filter(wanted, self.policies):
            policy.validate(args, lambda text, urn=None, name=policy.name: said.setdefault(name, []).append(text))
        return said


@pytest.fixture
def report(tmp_path, monkeypatch):
    file = tmp_path / "ci/policy.json"
    monkeypatch.setenv(pack.REPORT, str(file))
    return lambda: json.loads(file.read_text())


def failing():
    raise WorldFailed("stack production", "its state cannot be read", "mend it")


def test_a_proven_release_passes_every_rule_that_refuses(capsys, report):
    wanted = judged.pinned()
    decision = judged.proven(wanted)
    engine = Engine(lambda: decision)
    workload = judged.child(wanted)
    assert engine.show("pulumi:pulumi:Stack", "pvn-production", STACK, {}, "") == {}
    assert engine.found(judged.instance(wanted)) == {}
    assert set(engine.found(workload)) == {"requests", "non-root"}
    assert engine.end() == {}
    assert "policy: 2 of 3 resources examined by 7 rules; " in capsys.readouterr().out
    found = {one["urn"]: one for one in report()["resources"]}
    assert found[STACK]["examined"] == []
    assert found[judged.HERE]["examined"] == ["gates"]
    assert found[workload.urn]["examined"] == ["approvals", "digests", "non-root", "objects", "providers", "requests"]
    assert set(found[workload.urn]["objections"]) == {"non-root", "requests"}


def test_what_has_not_the_shape_of_its_kind_is_refused_and_not_a_traceback():
    engine = Engine(judged.proven)
    engine.found(judged.instance(WANTED))
    said = engine.show("kubernetes:core/v1:ConfigMap", "k/odd", "urn", {"apiVersion": 1}, judged.HERE, "k-production")
    assert said == {"objects": ["k/odd does not have the shape of a kubernetes:core/v1:ConfigMap"]}


def test_without_a_decision_the_stack_itself_is_refused_and_so_is_all_that_follows():
    engine = Engine(failing)
    said = engine.show("pulumi:pulumi:Stack", "pvn-production", STACK, {}, "")
    assert said == {"evidence": ["stack production: its state cannot be read\n  fix: mend it"]}
    assert set(engine.found(judged.instance(WANTED))) == {"gates"}
    assert {"objects", "approvals"} <= set(engine.found(judged.child(WANTED)))
    assert engine.end() == {}


def test_an_object_whose_instance_was_never_shown_is_refused():
    engine = Engine(judged.proven)
    assert "stands in no service instance" in engine.found(judged.child(WANTED))["objects"][0]


def test_a_refusal_is_in_the_report_although_the_update_ends_with_it(report):
    engine = Engine(judged.waiting)
    assert engine.found(judged.instance(WANTED))["gates"]
    (found,) = report()["resources"]
    assert found["urn"] == judged.HERE
    assert "manualApproval" in "".join(found["objections"]["gates"])


@pytest.mark.parametrize("is_guarded", [True, False])
def test_a_value_that_is_not_known_is_a_failure_where_anything_is_guarded(is_guarded, report):
    free = made.candidate(gates=())
    decided = judged.proven() if is_guarded else judged.decision(free, made.evidence(made.candidate("staging")))
    engine = Engine(lambda: decided)
    claim = {"version": UNKNOWN_STRING_VALUE, "manifests": WANTED.bundle.digest}
    said = engine.show(INSTANCE, judged.ID, judged.HERE, claim)
    assert bool(said) is is_guarded
    engine.end()
    (found,) = report()["resources"]
    assert found["examined"] == []
    assert found["unknown"] == {"gates": "string value at .version can't be known during preview"}


def test_what_the_engine_did_not_register_is_listed_as_unexamined(report):
    engine = Engine(judged.proven)
    engine.found(judged.instance(WANTED))
    engine.seen += Engine(judged.proven).seen
    left = judged.child(WANTED)
    other = Engine(judged.proven)
    other.found(left)
    engine.seen += other.seen
    engine.end()
    found = {one["urn"]: one["examined"] for one in report()["resources"]}
    assert found[left.urn] == []


def test_rules_that_only_advise_do_not_stop_anything():
    levels = {one.name: one.enforcement_level for one in pack.policies(judged.proven)}
    assert {name for name, level in levels.items() if level is EnforcementLevel.ADVISORY} == {"requests", "non-root"}
    assert {"evidence", "gates", "objects", "approvals", "digests", "providers", "secrets", "kept"} < set(levels)
    assert set(levels.values()) == {EnforcementLevel.ADVISORY, EnforcementLevel.MANDATORY}
