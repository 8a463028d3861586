"""What protections that need no program say of a release."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.facts import Evidence
from delivery.gates import State, decide
from delivery.instances import AllowedTimes, AlwaysFailing, AlwaysPassing, Bypass, Check, CommitDenylist, Commits, Stage
from delivery.records import History
from delivery.structs import replace
from delivery.unknown import Unknown
from delivery.windows import is_open, window
from tests.unit.made import HERE, NOW, approval, candidate, evidence, history

STAGING = candidate("staging")
OFFICE = AllowedTimes((window("weekdays", "9-17", "Europe/Berlin"),))
RANGE = Commits("b" * 40, "a" * 40)
NEXT = "pvn release shop --service web --param …"


def denylist(*denied: Commits, released: str | Unknown | None = "c" * 40) -> CommitDenylist:
    return CommitDenylist("github.com/acme/shop", denied or (RANGE,), released)


def guarded(does, stage=Stage.PRE_APPROVAL, bake=0.0, channel="production", gates=()):
    """A candidate with one check."""
    found = candidate(channel, gates=gates)
    return replace(found, instance=replace(found.instance, checks=(Check("guard", stage, does, HERE, bake),)))


def said(does, found=None, **more):
    """What the one gate says."""
    of = guarded(does, **more)
    (answer,) = decide(of, {}, History(), found or Evidence(NOW)).answers
    return answer


def test_a_release_in_office_hours_goes_out():
    answer = said(OFFICE)
    assert (answer.state, answer.fact) == (State.OPEN, "it is open weekdays 9-17 Europe/Berlin")


def test_a_release_at_night_waits_and_says_when_and_what_then():
    answer = said(OFFICE, Evidence(datetime(2026, 6, 5, 15, tzinfo=UTC)))
    assert answer.gate == "protection guard"
    assert answer.state is State.WAITING
    assert answer.fact == "it is open weekdays 9-17 Europe/Berlin, next at Mon 2026-06-08 07:00 UTC"
    assert answer.next == "pulumi up -s production"
    assert answer.opens == datetime(2026, 6, 8, 7, tzinfo=UTC)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - UTC is added
def test_it_opens_when_it_says_that_it_opens(now):
    answer = said(OFFICE, Evidence(now))
    if not answer.is_open:
        assert answer.opens is not None
        assert said(OFFICE, Evidence(answer.opens)).is_open
    assert answer.is_open == is_open(OFFICE.windows, now)


@pytest.mark.parametrize("denied", [Commits("c" * 40), Commits("ccccccc")])
def test_a_denied_commit_is_refused_by_its_name_alone(denied):
    answer = said(denylist(denied))
    assert (answer.state, answer.next) == (State.REFUSED, NEXT)
    assert answer.fact == f"commit cccccccccccc of github.com/acme/shop must not go out: it is in {denied}"


def test_an_abbreviated_release_that_may_be_a_denied_commit_is_refused():
    assert said(denylist(Commits("c" * 40), released="cccc")).state is State.REFUSED


def test_a_commit_that_is_not_denied_goes_out():
    assert said(denylist(Commits("d" * 40))).is_open


def test_a_commit_in_a_denied_range_is_refused():
    answer = said(denylist(), Evidence(NOW, commits={RANGE: frozenset({"b" * 40, "c" * 40})}))
    assert answer.state is State.REFUSED


def test_a_commit_outside_of_every_denied_range_goes_out():
    assert said(denylist(), Evidence(NOW, commits={RANGE: frozenset({"b" * 40})})).is_open


def test_a_range_that_git_cannot_follow_keeps_shut_and_says_what_helps():
    unknown = Unknown("git knows no commit here", "git fetch https://github.com/acme/shop")
    answer = said(denylist(), Evidence(NOW, commits={RANGE: unknown}))
    assert (answer.state, answer.fact, answer.next) == (State.WAITING, unknown.why, unknown.next)


def test_a_range_that_nobody_asked_about_keeps_shut():
    assert said(denylist()).state is State.WAITING


def test_a_denied_commit_is_refused_even_where_another_range_is_not_known():
    assert said(denylist(RANGE, Commits("cccc"))).state is State.REFUSED


def test_a_release_that_does_not_say_what_it_was_built_from_keeps_shut():
    unknown = Unknown("the release does not say", "pvn release shop --source-commit …")
    answer = said(denylist(released=unknown))
    assert (answer.state, answer.fact, answer.next) == (State.WAITING, unknown.why, unknown.next)


def test_a_release_of_another_repository_is_not_concerned():
    assert said(denylist(released=None)).is_open


def test_an_empty_denylist_denies_nothing():
    assert said(CommitDenylist("github.com/acme/shop", (), "c" * 40)).is_open


@pytest.mark.parametrize("stage", [Stage.PRE_APPROVAL, Stage.POST_APPROVAL, Stage.DEPLOYMENT])
def test_every_stage_before_the_objects_holds_them_back(stage):
    assert said(AlwaysFailing("not today"), stage=stage).state is State.WAITING


def test_a_check_after_the_deployment_does_not_hold_its_own_channel_back():
    of = guarded(AlwaysFailing(""), Stage.POST_DEPLOYMENT, 60.0)
    assert decide(of, {}, History(), Evidence(NOW)).is_open


@pytest.mark.parametrize(("does", "is_there"), [(AlwaysFailing("not today"), False), (AlwaysPassing(), True)])
def test_a_check_after_the_deployment_is_part_of_being_stable(does, is_there):
    upstream = guarded(does, Stage.POST_DEPLOYMENT, channel="staging")
    production = candidate("production")
    siblings = {"staging": upstream, "production": production}
    found = decide(production, siblings, History(), evidence(upstream, approval(production)))
    assert found.is_open is is_there


def test_unchanged_objects_need_no_protection():
    of = guarded(AlwaysFailing(""))
    assert decide(of, {}, history(of), Evidence(NOW)).is_open


def test_a_rollback_bypasses_protections_where_its_application_lets_it():
    of = replace(guarded(AlwaysFailing("")), is_rollback=True)
    assert not decide(of, {}, History(), Evidence(NOW)).is_open
    free = replace(of, instance=replace(of.instance, bypass=Bypass(protections=True)))
    assert decide(free, {}, History(), Evidence(NOW)).is_open


@given(
    st.sets(st.sampled_from("0123456789abcdef"), max_size=8).map(lambda some: frozenset(one * 40 for one in some)),
    st.booleans(),
)
def test_no_commit_of_a_range_ever_goes_out_whatever_else_is_unknown(inside, is_known):
    does = denylist(RANGE, Commits("0" * 40), released="c" * 40)
    facts = {RANGE: inside} if is_known else {}
    answer = said(does, Evidence(NOW, commits=facts))
    assert answer.is_open == (is_known and "c" * 40 not in inside)
