"""What runs does not go: the stack in the end, beside what it remembered in the beginning."""

from delivery.structs import replace
from delivery.tombstones import Tombstones
from policy.found import INSTANCE, Found
from policy.kept import lost
from tests.policy import judged
from tests.unit import made

OLD = made.candidate(image="old", version="v0")
RAN = made.ledger(production=(OLD,))
NAMESPACE = Found("kubernetes:core/v1:Namespace", "k-production/shop-production", "urn", {})
RUNTIME = Found("pvn:local:Runtime", "k-production", "urn", {})
RECORDED = {"runtimes": frozenset({"k-production"})}


def everything():
    return [RUNTIME, NAMESPACE, judged.instance(OLD), judged.child(OLD)]


def decision():
    return replace(judged.waiting(RAN), recorded=RECORDED)


def without(*kinds):
    return [one for one in everything() if not one.type.endswith(kinds)]


def test_a_stack_that_has_all_that_runs_passes():
    assert list(lost(everything(), decision())) == []


def test_a_stack_that_remembers_nothing_may_have_nothing():
    assert list(lost([], judged.waiting())) == []


def test_an_instance_that_goes_without_a_tombstone_is_refused():
    assert list(lost(without(INSTANCE), decision())) == [
        "shop/production/web would go: it runs, and no tombstone lets it go"
    ]


def test_an_instance_goes_with_a_tombstone():
    removed = Tombstones(frozenset({("shop", "web")}))
    gone = replace(decision(), removed=removed, steps={})
    assert list(lost([RUNTIME, NAMESPACE], gone)) == []
    assert list(lost([RUNTIME], gone)) == []


def test_an_object_or_a_namespace_that_is_left_out_is_refused():
    assert list(lost(without("Deployment"), decision())) == [
        "shop/production/web would lose Deployment k-production/shop-production/web: it is part of its release"
    ]
    assert "Namespace k-production/shop-production" in "\n".join(lost(without("Namespace"), decision()))


def test_a_new_release_may_have_other_objects_than_the_one_before():
    wanted = made.candidate()
    renamed = {**wanted.bundle.objects[0], "metadata": {"name": "api", "namespace": "shop-production"}}
    wanted = replace(wanted, bundle=replace(wanted.bundle, objects=(renamed,)))
    moved = judged.decision(wanted, made.evidence(made.candidate("staging"), made.approval(wanted)), RAN)
    api = judged.child(wanted, name="k-production/shop-production/api")
    assert list(lost([RUNTIME, NAMESPACE, judged.instance(wanted), api], moved)) == []


def test_a_cluster_that_goes_while_its_stack_file_has_it_or_something_runs_on_it_is_refused():
    said = "runtime 'k-production' would go, and it is still in use: nothing says that it may"
    assert list(lost(without("Runtime"), decision())) == [said]
    unlisted = replace(decision(), settings=decision().settings.model_copy(update={"runtimes": ()}))
    assert list(lost(without("Runtime"), unlisted)) == [said]


def test_a_cluster_goes_once_its_stack_file_does_not_have_it_and_nothing_runs_on_it():
    empty = replace(judged.decision(None, made.evidence(made.candidate("staging"))), recorded=RECORDED)
    empty = replace(empty, settings=empty.settings.model_copy(update={"runtimes": ()}))
    assert list(lost([], empty)) == []
