"""What is attached to a service in a channel, and what of it is refused before anything is decided."""

import pytest

from delivery.instances import AllowedTimes, AlwaysFailing, CommitDenylist, Commits, Stage
from delivery.unknown import Unknown
from tests.unit.trees import HOME, SERVICE, instances, said, write

NEVER = "protection: {name: never, builtin: {alwaysFailing: {message: not today}}}\n"
HOURS = "protection: {name: hours, builtin: {allowedTimes: {windows: [{days: mon, hours: 9-17, tz: europe/berlin}]}}}\n"
COMMITS = """
protection:
  name: commits
  builtin:
    commitDenylist:
      repository: github.com/acme/shop
      commits: [{commit: ABCDEF1}, {range: {startCommit: aaaa, endCommit: bbbb}}]
"""
NEVER_BEFORE = "{ref: {name: never}, lifecycle: [{preApproval: {}}]}"
PARAMETERS = """
protection:
  name: never
  builtin: {alwaysFailing: {}}
  parameters:
    - {name: target, string: {}, required: true}
    - {name: tries, int: {defaultValue: 3}}
"""


def project(root, *attached, to="serviceInstanceProtections", service=SERVICE, release="", more="", **protections):
    """A project whose channel `staging` has the attachments; protections by the name of their file."""
    channel = f"    - name: staging\n      runtimes: [{{runtime: k-staging}}]\n      {to}: [{', '.join(attached)}]\n{more}"
    write(root, f"  releaseChannels:\n{channel}", service=service, release=release)
    for name, text in protections.items():
        (root / f"{HOME}/{name}.pvn.yaml").write_text(text)
    return root


def owning(attachment: str) -> str:
    """The service, with an attachment of its own in `staging`."""
    return f"{SERVICE}  perReleaseChannel: [{{releaseChannel: staging, protections: [{attachment}]}}]\n"


def checks(root):
    return instances(root)["staging"].checks


@pytest.mark.parametrize("to", ["protections", "serviceInstanceProtections"])
def test_what_is_attached_to_a_channel_is_asked_of_each_of_its_services(tmp_path, to):
    (check,) = checks(project(tmp_path, NEVER_BEFORE, to=to, never=NEVER))
    assert (check.name, check.stage, check.does) == ("never", Stage.PRE_APPROVAL, AlwaysFailing("not today"))
    assert str(check.at).startswith("applications/shop/shop.pvn.yaml:6:")


def test_each_lifecycle_is_a_check_and_an_attachment_may_have_its_own_name(tmp_path):
    lifecycles = "[{postApproval: {}}, {deployment: {failureBehavior: FAIL}}]"
    found = checks(project(tmp_path, f"{{name: mine, ref: {{name: never}}, lifecycle: {lifecycles}}}", never=NEVER))
    assert [(one.name, one.stage) for one in found] == [("mine", Stage.POST_APPROVAL), ("mine", Stage.DEPLOYMENT)]


def test_a_check_after_the_deployment_bakes_for_its_delay_and_its_duration(tmp_path):
    after = "[{postDeployment: {delayCheckDuration: 60s, checkDuration: 600s}}, {preApproval: {}}]"
    found = checks(project(tmp_path, f"{{ref: {{name: never}}, lifecycle: {after}}}", never=NEVER))
    assert [(one.stage, one.bake) for one in found] == [(Stage.POST_DEPLOYMENT, 660.0), (Stage.PRE_APPROVAL, 0.0)]


def test_a_service_adds_its_own_to_those_of_its_channel(tmp_path):
    own = owning("{ref: {name: hours}, lifecycle: [{preApproval: {}}]}")
    root = project(tmp_path, NEVER_BEFORE, service=own, never=NEVER, hours=HOURS)
    assert [one.name for one in checks(root)] == ["never", "hours"]


def test_a_channel_without_protections_has_none_of_its_services_either(tmp_path):
    own = owning(NEVER_BEFORE)
    attached = "{name: mine, ref: {name: never}, lifecycle: [{preApproval: {}}]}"
    off = "      disableAllProtections: true\n"
    assert checks(project(tmp_path, attached, service=own, more=off, never=NEVER)) == ()


def test_windows_are_kept_with_their_zone(tmp_path):
    (check,) = checks(project(tmp_path, "{ref: {name: hours}, lifecycle: [{preApproval: {}}]}", hours=HOURS))
    assert isinstance(check.does, AllowedTimes)
    assert [str(one) for one in check.does.windows] == ["mon 9-17 Europe/Berlin"]


@pytest.mark.parametrize(
    ("source", "released"),
    [
        ("{repository: 'https://github.com/acme/shop.git', commit: ABCDEF0123}", "abcdef0123"),
        ("{repository: github.com/acme/other, commit: abcdef0}", None),
        ("{commit: abcdef0}", "abcdef0"),
        ("{repository: github.com/acme/shop}", "the release does not say from which commit of github.com/acme/shop"),
        ("{repository: github.com/acme/shop, commit: main}", "the release says that it was built from 'main'"),
        ("{repository: github.com/acme/shop, commit: --all}", "the release says that it was built from '--all'"),
        ("~", "the release does not say from which commit"),
    ],
)
def test_the_released_commit_is_what_the_release_says_of_that_repository(tmp_path, source, released):
    release = f"release: {{application: shop, source: {source}}}\n"
    attached = "{ref: {name: commits}, lifecycle: [{preApproval: {}}]}"
    (check,) = checks(project(tmp_path, attached, release=release, commits=COMMITS))
    assert isinstance(check.does, CommitDenylist)
    assert check.does.denied == (Commits("abcdef1"), Commits("bbbb", "aaaa"))
    found = check.does.released
    if isinstance(found, Unknown):
        assert released is not None
        assert found.why.startswith(released)
        assert found.next.startswith("pvn release shop --source-repository github.com/acme/shop --source-commit ")
    else:
        assert found == released


@pytest.mark.parametrize(
    ("reference", "stages", "what", "fix"),
    [
        ("{name: nevr}", "{preApproval: {}}", "there is no protection 'nevr'", "did you mean 'never'?"),
        (
            "{name: never, parameters: [{name: target, string: a}, {name: triez, int: 1}]}",
            "{preApproval: {}}",
            "protection 'never' has no parameter 'triez'",
            "did you mean 'tries'?",
        ),
        (
            "{name: never}",
            "{preApproval: {}}",
            "protection 'never' needs the parameter 'target', and nothing gives it here",
            "add parameters: [{name: target, string: …}]",
        ),
        (
            "{name: never, parameters: [{name: target, int: 3}]}",
            "{preApproval: {}}",
            "parameter 'target' of protection 'never': it has a value as `int`",
            "write it as `string: …`",
        ),
        (
            "{name: never, parameters: [{name: target, string: a}, {name: target, string: b}]}",
            "{preApproval: {}}",
            "parameter 'target' has a value already, at applications/shop/shop.pvn.yaml:6:69",
            "keep one of the two",
        ),
        (
            "{name: never, parameters: [{name: target, string: a}]}",
            "{preApproval: {}}, {preApproval: {}}",
            "it is asked at `preApproval` already, at applications/shop/shop.pvn.yaml:6:",
            "take one of the two out",
        ),
    ],
)
def test_an_attachment_that_does_not_fit_is_refused_where_it_stands(tmp_path, reference, stages, what, fix):
    told = said(project(tmp_path, f"{{ref: {reference}, lifecycle: [{stages}]}}", never=PARAMETERS))
    assert told.startswith("applications/shop/shop.pvn.yaml:6:")
    assert what in told
    assert f"fix: {fix}" in told


def test_a_name_is_attached_once_wherever_it_is_attached(tmp_path):
    own = owning("{name: never, ref: {name: hours}, lifecycle: [{preApproval: {}}]}")
    attached = NEVER_BEFORE
    told = said(project(tmp_path, attached, service=own, never=NEVER, hours=HOURS))
    assert told.startswith("applications/shop/web/web.pvn.yaml:6:63:")
    assert "the protection 'never' is attached already, at applications/shop/shop.pvn.yaml:6:" in told
    assert "give one of the two a `name` of its own" in told


@pytest.mark.parametrize(
    "change", [("not today", "not now"), ("never, builtin", "never, pollInterval: 5s, builtin"), ("pre", "post")]
)
def test_a_version_covers_what_its_service_is_protected_by(tmp_path, change):
    attached = NEVER_BEFORE
    before = instances(project(tmp_path, attached, never=NEVER))["staging"].definition
    changed = [one.replace(*change) for one in (attached, NEVER)]
    after = instances(project(tmp_path, changed[0], never=changed[1]))["staging"].definition
    # how often to ask is nobody's business here: nothing polls
    assert (before == after) == ("pollInterval" in change[1])


def test_a_version_covers_the_protections_of_every_channel(tmp_path):
    attached = NEVER_BEFORE
    production = "    - {name: production, runtimes: [{runtime: k-eu}]%s}\n"
    before = instances(project(tmp_path, more=production % "", never=NEVER))
    after = instances(project(tmp_path, more=production % f", protections: [{attached}]", never=NEVER))
    assert before["staging"].definition != after["staging"].definition == after["production"].definition
