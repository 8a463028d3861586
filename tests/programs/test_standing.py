"""What the verbs say of releases that stacks remember. `pulumi` is a script here that prints outputs which the test wrote:
what the real one prints of real updates is in tests/engine."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from delivery import blueprints, checks, desired, tree
from delivery.canonical import short
from delivery.records import UNKNOWN
from tests import console

PROJECT = Path(__file__).parents[1] / "golden/transcripts/project"
OLDER = "see what runs: pvn status shop; or release an older value: pvn release shop --service web --param NAME=VALUE"
LIFT = "pvn rollback shop --channel staging --lift --service web"


def image(digit):
    return "sha256:" + str(digit) * 64


class Shop:
    """A project whose stacks remember what the test says that they have released."""

    def __init__(self, folder, loaded):
        self.root = folder / "project"
        shutil.copytree(PROJECT, self.root)
        self.states = folder / "states"
        self.states.mkdir()
        (folder / "bin").mkdir()
        program = folder / "bin/pulumi"
        # the last word of the question is the stack
        missing = "{ echo \"error: no stack named '$stack' found\" >&2; exit 255; }"
        program.write_text(f"#!/bin/sh\nfor stack; do :; done\ncat {self.states}/$stack.json 2>/dev/null || {missing}\n")
        program.chmod(0o755)
        self.terminal = console.Terminal(self.root, folder, programs=(loaded,))
        self.terminal.more["PATH"] = f"{folder}/bin:{self.terminal.environment['PATH']}"

    def pvn(self, line):
        return self.terminal.run(f"pvn {line}")

    def release(self, digit):
        self.terminal.must(f"pvn release shop --service web --param image={image(digit)}")
        return self.wanted("staging").version

    def wanted(self, channel, service="web"):
        found = desired.desire(checks.check(tree.read(self.root))).candidates
        return next(one for one in found if (one.instance.channel, one.instance.service) == (channel, service))

    def remembers(self, stack, *, interrupted=False, **services):
        """Write what a stack remembers: by service its completed releases, newest first."""
        releases: dict[str, dict[str, str]] = {}
        manifests: dict[str, str] = {}
        for service, known in services.items():
            texts = [one.record.text for one in known]
            history = dict(zip(("current", "last", "previous"), [texts[0], *texts], strict=False))
            releases[f"shop/{stack}/{service}"] = history | ({"current": UNKNOWN} if interrupted else {})
            manifests |= {one.bundle.digest: one.bundle.text for one in known}
        outputs = {"releases": releases, "manifests": manifests, "infrastructure": {}, "settings": {}}
        (self.states / f"{stack}.json").write_text(json.dumps(outputs))


@pytest.fixture
def shop(tmp_path, loaded):
    return Shop(tmp_path, loaded)


@pytest.fixture
def rolled_back(shop):
    """A staging whose web went back from a bad release, a newer one that waits there, and the version that is held."""
    good = shop.wanted("staging")
    shop.release(3)
    bad, api = shop.wanted("staging"), shop.wanted("staging", "api")
    shop.remembers("staging", web=[bad, good], api=[api])
    code, said = shop.pvn("rollback shop --channel staging --service web --reason pinned")
    assert (code, said.splitlines()[0]) == (0, f"web: goes back to {short(good.version)}")
    shop.remembers("staging", web=[good, bad], api=[api])
    return shop, short(good.version), short(bad.version)


def test_a_rollback_is_seen_in_every_verb_with_its_reason_and_its_end(rolled_back):
    shop, good, _ = rolled_back
    code, said = shop.pvn(f"release shop --service web --param image={image(4)}")
    assert code == 0
    assert f"staging does not get it: rolled back to {good}: pinned\n  next: {LIFT}" in said
    newest = short(shop.wanted("production").version)
    for verb in ("status shop", "why shop --channel staging --service web"):
        _, said = shop.pvn(verb)
        assert f"rollback: rolled back to {good}: pinned" in said
        assert f"next: {LIFT}" in said
    code, said = shop.pvn("why shop --channel production --service web")
    assert code == 3
    assert f"releaseChannelStable staging: 'staging' is rolled back to {good}: pinned; this is {newest}" in said
    assert f"next: {LIFT}" in said
    assert "pulumi up -s staging" not in said


def test_a_second_rollback_does_not_go_forward_to_what_was_left(rolled_back):
    shop, good, bad = rolled_back
    file = shop.root / "releases/shop.yaml"
    before = file.read_text()
    code, said = shop.pvn("rollback shop --channel staging --service web")
    assert code == 1
    assert said == (
        f"releases/shop.yaml:9:7: shop/staging/web is rolled back to {good}: pinned; going back once more would bring what"
        f" was left\n  fix: lift it first: {LIFT}; or name the release: --to VERSION, remembered: {good}, {bad}\n"
    )
    assert file.read_text() == before
    code, said = shop.pvn(f"rollback shop --channel staging --service web --to {bad}")
    assert (code, said.splitlines()[0]) == (0, f"web: goes back to {bad}")


def test_a_lifted_rollback_is_no_way_back_to_the_bad_release_either(rolled_back):
    shop, good, bad = rolled_back
    shop.terminal.must(LIFT)
    code, said = shop.pvn("rollback shop --channel staging --service web")
    assert code == 1
    assert (
        said == f"stack staging: shop/staging/web has no release to go back to; remembered: {good}, {bad}\n  fix: {OLDER}\n"
    )


def test_where_nothing_was_released_there_is_nothing_to_go_back_to(shop):
    what = "stack staging: no service of 'shop' has a release in staging to go back to"
    assert shop.pvn("rollback shop --channel staging") == (1, f"{what}\n  fix: see what each runs: pvn status shop\n")
    what = "stack staging: shop/staging/web has no release to go back to; remembered: none"
    assert shop.pvn("rollback shop --channel staging --service web") == (1, f"{what}\n  fix: {OLDER}\n")
    what = "--to: shop/staging/web has no release '4c1f' that is remembered"
    assert shop.pvn("rollback shop --channel staging --service web --to 4c1f") == (1, f"{what}\n  fix: {OLDER}\n")


def test_a_release_that_nobody_remembers_is_repeated_with_those_that_are(rolled_back):
    shop, good, bad = rolled_back
    what, known = "--to: shop/staging/web has no release 'zzz' that is remembered", ", ".join(sorted((good, bad)))
    code, said = shop.pvn("rollback shop --channel staging --service web --to zzz")
    assert (code, said) == (1, f"{what}\n  fix: known releases: {known}\n")
    _, said = shop.pvn(f"rollback shop --channel staging --service web --to {good[:-2]}zz")
    assert f"  fix: did you mean '{good}'?\n" in said
    assert shop.pvn("rollback shop --channel staging --service web --to ''")[0] == 2


@pytest.mark.parametrize(("only", "channels"), [("", "staging, production"), (" --channel staging", "staging")])
def test_what_was_never_tried_is_not_tried_again(shop, only, channels):
    before = (shop.root / "releases/shop.yaml").read_text()
    code, said = shop.pvn(f"release shop --service web --retry{only}")
    what = f"--retry: service 'web' has not failed in {channels}, so there is nothing to try again"
    fix = "see how it is: pvn why shop --service web; or give it a new value: --param NAME=VALUE"
    assert (code, said) == (1, f"{what}\n  fix: {fix}\n")
    assert (shop.root / "releases/shop.yaml").read_text() == before


def test_what_did_not_complete_is_tried_again(shop):
    shop.remembers("staging", interrupted=True, web=[shop.wanted("staging")])
    assert shop.pvn("release shop --service web --retry") == (0, "releases/shop.yaml: changed\n")
    assert "attempt: 1" in (shop.root / "releases/shop.yaml").read_text()


def test_other_values_are_another_version_whether_the_last_one_failed_or_not(shop):
    assert shop.pvn(f"release shop --service web --retry --param image={image(8)}")[0] == 0


def test_the_others_of_a_channel_go_back_and_what_is_held_stays(rolled_back):
    shop, good, _ = rolled_back
    old = shop.wanted("staging", "api")
    shop.terminal.must(f"pvn release shop --service api --param image={image(5)}")
    new = shop.wanted("staging", "api")
    state = json.loads((shop.states / "staging.json").read_text())
    state["releases"]["shop/staging/api"] = {
        "current": new.record.text,
        "last": new.record.text,
        "previous": old.record.text,
    }
    state["manifests"][new.bundle.digest] = new.bundle.text
    (shop.states / "staging.json").write_text(json.dumps(state))
    code, said = shop.pvn("rollback shop --channel staging")
    assert code == 0
    assert said.splitlines()[:2] == [
        f"api: goes back to {short(old.version)}",
        f"web: stays rolled back to {good}: pinned",
    ]


def test_what_was_cut_off_says_what_to_do_and_is_not_done(shop):
    shop.remembers("staging", interrupted=True, web=[shop.wanted("staging")], api=[shop.wanted("staging", "api")])
    code, said = shop.pvn("why shop --channel staging --service web")
    assert code == 3
    assert "shop/staging/web: interrupted" in said
    assert "  … last update: it did not complete" in said
    assert "    next: pulumi up -s staging\n" in said
    code, said = shop.pvn("status shop")
    assert code == 3
    assert said.count("✗ ") == said.count("last update: it did not complete") == 2
    assert "│   └── next: pulumi up -s staging\n" in said


def test_a_channel_says_once_what_is_to_be_done_for_all_of_its_services(shop):
    for channel in ("staging", "production"):
        shop.remembers(channel, web=[shop.wanted(channel)], api=[shop.wanted(channel, "api")])
    for service in ("web", "api"):
        shop.terminal.must(f"pvn release shop --service {service} --param image={image(7)}")
    code, said = shop.pvn("status shop")
    assert code == 3
    assert "production on k-production, 2 of 2 wait\n" in said
    assert said.count("manualApproval: 0 of 1 approvals") == 2
    assert said.count("next: pvn approve shop --channel production\n") == 1
    assert "--service" not in said


@pytest.fixture
def signed(shop):
    """A project in which jo may sign."""
    key = shop.root.parent / "key"
    shop.terminal.must(f"ssh-keygen -q -t ed25519 -N '' -C jo -f {key}")
    (shop.root / "approvals/allowed_signers").write_text(f"jo {key.with_suffix('.pub').read_text()}")
    shop.remembers("production", web=[shop.wanted("production")], api=[shop.wanted("production", "api")])
    return shop, f"--channel production --yes --key {key}"


def test_where_nothing_would_change_nothing_is_signed(signed):
    shop, how = signed
    code, said = shop.pvn(f"approve shop {how}")
    assert (code, said.splitlines()[-1]) == (0, "nothing to sign for: production has these objects already")
    assert shop.pvn(f"approve shop --output json {how}") == (0, '{"files": []}\n')
    assert [*(shop.root / "approvals").rglob("*.yaml")] == []
    # of two, only the one that changes
    shop.release(3)
    code, said = shop.pvn(f"approve shop --output json {how}")
    (file,) = json.loads(said)["files"]
    assert set(json.loads(yaml.safe_load((shop.root / file).read_text())["statement"])["services"]) == {"web"}


def test_where_nobody_can_tell_what_runs_only_a_person_who_was_told_so_signs(signed):
    shop, how = signed
    (shop.root.parent / "bin/pulumi").write_text("#!/bin/sh\necho 'error: incorrect passphrase' >&2; exit 1\n")
    code, said = shop.pvn(f"approve shop --service web {how}")
    why = "the state of stack 'production' cannot be read: incorrect passphrase"
    assert code == 4
    assert (
        f"stack production: {why}; so nobody can tell what would change, and --yes signs nothing\n  fix: set PULUMI" in said
    )
    assert [*(shop.root / "approvals").rglob("*.yaml")] == []
    code, said = shop.terminal.run(f"pvn approve shop --service web {how.replace('--yes ', '')}", "y\n")
    assert code == 0
    assert f"shop/production/web: unknown → {short(shop.wanted('production').version)}\n" in said
    assert f"  what runs there now cannot be told, so this is the whole of it: {why}\n  fix: set PULUMI" in said
    assert "nothing yet" not in said


def test_a_yes_after_a_no_is_told_that_it_does_not_help(signed):
    shop, how = signed
    shop.release(3)
    said = shop.terminal.must(f"pvn reject shop --service web {how}")
    (no,) = [path.relative_to(shop.root).as_posix() for path in (shop.root / "approvals").rglob("*.yaml")]
    next_step = "next: git add approvals; it stays out of stack production until the file is taken away again"
    assert said.endswith(f"rejected: {no}\n{next_step}\n")
    code, said = shop.pvn(f"approve shop {how}")
    warning = f"jo rejected this version, and a no outweighs every yes: {no}\n  next: git rm {no}\n"
    assert code == 0
    assert said.index(warning) < said.index("signed: ")
    assert said.endswith("next: git add approvals, then pulumi up -s production; what else it waits for: pvn why shop\n")
    # another version is another matter
    shop.release(4)
    assert "outweighs" not in shop.pvn(f"approve shop {how}")[1]


@pytest.fixture
def guarded(signed):
    """A production whose own clusters change only with approval, and that remembers what it has built of them."""
    shop, _ = signed
    file = shop.root / "Pulumi.production.yaml"
    file.write_text(f"{file.read_text()}  pvn:preconditions: [{{manualApproval: {{}}}}]\n")
    found = blueprints.of_stack(tree.read(shop.root).stacks["production"])
    state = json.loads((shop.states / "production.json").read_text())
    state["infrastructure"] = {one.id: {"current": one.digest} for one in found}
    state["settings"] = {one.digest: one.text for one in found}
    (shop.states / "production.json").write_text(json.dumps(state))
    return shop, f"--stack production --yes --key {shop.root.parent / 'key'}"


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_where_nothing_of_a_stack_would_change_nothing_is_signed(guarded, verb):
    shop, how = guarded
    said = "nothing to sign for: the runtimes and registries of production are what was last completed\n"
    assert shop.pvn(f"{verb} {how}") == (0, said)
    assert shop.pvn(f"{verb} --output json {how}") == (0, '{"files": []}\n')
    assert [*(shop.root / "approvals").rglob("*.yaml")] == []


def test_a_yes_to_settings_that_somebody_has_rejected_is_told_that_it_does_not_help(guarded):
    shop, how = guarded
    file = shop.root / "Pulumi.production.yaml"
    file.write_text(file.read_text().replace("type: local}", "type: local, nodes: 3}"))
    code, said = shop.pvn(f"reject {how}")
    assert (code, "outweighs" in said) == (0, False)
    (no,) = [path.relative_to(shop.root).as_posix() for path in (shop.root / "approvals").rglob("*.yaml")]
    code, said = shop.pvn(f"approve {how}")
    warning = f"jo rejected these settings, and a no outweighs every yes: {no}\n  next: git rm {no}\n"
    assert code == 0
    assert said.index(warning) < said.index("signed: ")
    file.write_text(file.read_text().replace("nodes: 3", "nodes: 4"))
    assert "outweighs" not in shop.pvn(f"approve {how}")[1]


def test_a_freeze_is_seen_although_nothing_waits_for_it(shop):
    protection = "protection: {name: freeze, builtin: {alwaysFailing: {message: frozen until Monday}}}"
    (shop.root / "applications/freeze.pvn.yaml").write_text(protection)
    file = shop.root / "applications/shop/shop.pvn.yaml"
    frozen = "- name: production\n      protections: [{ref: {name: freeze}, lifecycle: [{preApproval: {}}]}]\n"
    file.write_text(file.read_text().replace("- name: production\n", frozen))
    for channel in ("staging", "production"):
        shop.remembers(channel, web=[shop.wanted(channel)], api=[shop.wanted(channel, "api")])
    said = "protection freeze: frozen until Monday"
    code, status = shop.pvn("status shop")
    assert (code, status.count(said)) == (0, 1)
    code, why = shop.pvn("why shop --channel production --service web")
    assert (code, f"  ‖ {said}\n" in why) == (0, True)
    shop.release(3)
    assert shop.pvn("status shop")[0] == 3
