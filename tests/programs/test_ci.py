"""What CI does without an engine, played from the workflows' own steps, with a remote repository beside the clone."""

import json
import shutil
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from delivery.approvals import NAMESPACE, Statement
from evidence import ssh
from tests import workflows
from tests.console import Terminal

CHECKOUT = Path(__file__).resolve().parents[2]
TREE = CHECKOUT / "tests/golden/transcripts/project"
DIGEST = "sha256:" + "7" * 64


@pytest.fixture(scope="module")
def cloned(tmp_path_factory):
    """A small project and the repository it is a clone of, side by side: made once, copied for each test."""
    home = tmp_path_factory.mktemp("cloned")
    made = Terminal(home / "project", home)
    shutil.copytree(TREE, made.project)
    shutil.copytree(CHECKOUT / "ci", made.project / "ci")
    made.commit()
    made.must("git clone --quiet --bare . ../remote && git remote add origin ../remote && git fetch --quiet origin")
    return home


@pytest.fixture
def terminal(cloned, loaded, tmp_path):
    """A runner's shell in a clone of a small project."""
    shutil.copytree(cloned, tmp_path, dirs_exist_ok=True)
    return workflows.runner(Terminal(tmp_path / "project", tmp_path, programs=(loaded,)))


def pull_request(terminal, edit):
    """Merge a change into main as the runner of a pull request finds it, and return the job's answers."""
    terminal.must("git checkout --quiet -b work")
    edit(terminal.project)
    terminal.commit("Work")
    terminal.must("git checkout --quiet --detach main && git merge --quiet --no-ff --no-edit work")
    base = terminal.must("git rev-parse main").strip()
    return workflows.play(terminal, "preview.yml", "diff", {"github.event.pull_request.base.sha": base})


def double_cpu(project):
    file = project / "applications/shop/web/deployment.yaml"
    file.write_text(file.read_text().replace("cpu: 50m", "cpu: 100m"))


def test_a_pull_request_is_told_what_it_changes(terminal):
    assert [code for code, _ in pull_request(terminal, double_cpu)] == [0, 0]
    comment = (terminal.home / "runner/preview/comment.md").read_text()
    assert comment == workflows.summary(terminal)
    assert comment.startswith("<!-- pvn diff -->\n**2 service instances since ")
    assert "- ✋ web of shop in staging, production: production would need staging stable at this version" in comment
    assert '+   spec.template.spec.containers[main].resources.requests.cpu: "100m"' in comment
    assert "web of shop in staging, production" in (terminal.home / "runner/preview/full.txt").read_text()


def test_a_pull_request_that_the_policy_pack_would_refuse_is_told_so_and_fails(terminal):
    def loosen(project):
        file = project / "applications/shop/web/deployment.yaml"
        file.write_text(file.read_text().replace('"{{.Params.image}}"', "nginx:1").replace("{{.Params.image}}", "nginx:1"))

    assert [code for code, _ in pull_request(terminal, loosen)] == [1]
    comment = (terminal.home / "runner/preview/comment.md").read_text()
    assert "**The policy pack would refuse this**\n\n    digests: shop/production/web: container 'main'" in comment
    assert "advice" not in comment
    assert "advice, non-root: shop/staging/web: " in (terminal.home / "runner/preview/full.txt").read_text()


def test_a_pull_request_that_changes_the_program_is_linted(terminal):
    def change(project):
        (project / "Makefile").write_text("check:\n\t@echo linted && exit 1\n")
        (project / "new.py").write_text("")

    answers = pull_request(terminal, change)
    assert [code for code, _ in answers] == [0, 2]
    assert "linted" in answers[1][1]


def test_a_pull_request_that_breaks_the_project_is_told_where_and_fails(terminal):
    def break_it(project):
        file = project / "applications/shop/web/deployment.yaml"
        file.write_text(file.read_text().replace(".Params.image", ".Params.imaeg"))

    assert [code for code, _ in pull_request(terminal, break_it)] == [1]
    comment = (terminal.home / "runner/preview/comment.md").read_text()
    assert comment.startswith(
        "<!-- pvn diff -->\n**The project is not sound**\n\n    applications/shop/web/deployment.yaml:"
    )
    assert "did you mean 'image'?" in comment


def test_a_pull_request_that_mends_a_broken_base_is_told_that_there_is_nothing_to_compare_with(terminal):
    file = terminal.project / "applications/shop/web/web.pvn.yaml"
    sound = file.read_text()
    file.write_text(sound.replace("required: true", "required: maybe"))
    terminal.commit("A mistake")
    assert [code for code, _ in pull_request(terminal, lambda _: file.write_text(sound))] == [1]
    comment = (terminal.home / "runner/preview/comment.md").read_text()
    assert comment.startswith("<!-- pvn diff -->\n**There is nothing to compare with**\n")


@pytest.fixture
def github():
    """The part of GitHub that keeps comments: (number, who wrote it, text). There is no other way to have one here."""
    comments: list[dict[str, Any]] = [
        {"id": 1, "user": {"type": "User"}, "body": "<!-- pvn diff -->\nmine", "html_url": "1"}
    ]
    comments += [{"id": n, "user": {"type": "User"}, "body": "hello", "html_url": str(n)} for n in range(2, 150)]

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}").get("body", "")
            assert self.headers["Authorization"] == "Bearer token"
            said: Any
            if self.command == "GET":
                page = int(self.path.rpartition("page=")[2])
                said = comments[(page - 1) * 100 : page * 100]
            elif self.command == "POST":
                said = {"id": len(comments) + 1, "user": {"type": "Bot"}, "body": body, "html_url": "new"}
                comments.append(said)
            else:
                said = next(one for one in comments if one["id"] == int(self.path.rpartition("/")[2]))
                said |= {"body": body}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        do_GET = do_POST = do_PATCH = answer  # noqa: N815

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", comments
    server.shutdown()
    server.server_close()


def test_a_pull_request_has_one_comment_of_ours_however_often_it_changes(terminal, github):
    url, comments = github
    (terminal.home / "runner/preview").mkdir()
    expressions = {"github.token": "token", "github.event.pull_request.number": "12"}
    terminal.more["GITHUB_API_URL"] = url
    for text in ("first", "second"):
        (terminal.home / "runner/preview/comment.md").write_text(f"<!-- pvn diff -->\n{text}")
        said = workflows.play(terminal, "preview.yml", "comment", expressions)
        assert said == [(0, "new\n")]
    assert [one["body"] for one in comments if one["user"]["type"] == "Bot"] == ["<!-- pvn diff -->\nsecond"]
    assert comments[0]["body"] == "<!-- pvn diff -->\nmine"


INPUTS = {
    "inputs.application": "shop",
    "inputs.service": "web",
    "inputs.image": DIGEST,
    "inputs.source-repository": "github.com/acme/web",
    "inputs.source-commit": "9f3c",
    "inputs.source-run": "",
}


def release_of(terminal, branch="origin/main"):
    terminal.must("git fetch --quiet origin")
    return yaml.safe_load(terminal.must(f"git show {branch}:releases/shop.yaml"))["release"]


def test_a_release_is_a_commit_on_the_branch_that_stacks_follow(terminal):
    [(code, said)] = workflows.play(terminal, "release.yml", "record", INPUTS)
    assert code == 0, said
    release = release_of(terminal)
    assert release["services"]["web"]["parameters"]["image"] == DIGEST
    assert release["source"] == {"repository": "github.com/acme/web", "commit": "9f3c"}
    assert terminal.must("git log -1 --format='%an: %s' origin/main") == (
        f"Jo: Release web of shop: image={DIGEST}\n"  # the test's own identity is stronger than git's settings
    )
    [(code, said)] = workflows.play(terminal, "release.yml", "record", INPUTS)
    assert (code, said.splitlines()[-1]) == (0, "main says so already")


def test_releases_that_come_at_the_same_time_are_both_kept(terminal, tmp_path):
    other = workflows.runner(Terminal(tmp_path / "other", tmp_path))
    terminal.must("git clone --quiet ../remote ../other")
    # a hook lets the other one through while ours is on its way
    hook = terminal.project / ".git/hooks/pre-push"
    hook.write_text(f"#!/bin/sh\nrm -f $0; cd {other.project} && unset GIT_DIR && ci/release shop api image={DIGEST}\n")
    hook.chmod(0o755)
    [(code, said)] = workflows.play(terminal, "release.yml", "record", INPUTS)
    assert code == 0, said
    services = release_of(terminal)["services"]
    assert {name: one["parameters"]["image"] for name, one in services.items()} == {"web": DIGEST, "api": DIGEST}


@pytest.mark.parametrize(
    ("name", "value", "exit_code", "said"),
    [
        ("inputs.service", "wbe", 1, "did you mean 'web'?"),
        ("inputs.service", "web; touch hacked", 1, "has no service"),
        ("inputs.image", "$(touch hacked)", 2, "--param image: it is an image"),
    ],
)
def test_a_release_that_cannot_be_is_refused_and_nothing_is_pushed(terminal, name, value, exit_code, said):
    before = release_of(terminal)
    [(code, text)] = workflows.play(terminal, "release.yml", "record", {**INPUTS, name: value})
    assert code == exit_code
    assert said in text
    assert release_of(terminal) == before
    assert not (terminal.project / "hacked").exists()


def test_a_release_never_throws_away_what_somebody_has_not_committed(terminal):
    double_cpu(terminal.project)
    [(code, said)] = workflows.play(terminal, "release.yml", "record", INPUTS)
    assert (code, "there are changes that are not committed" in said) == (1, True)
    assert "cpu: 100m" in (terminal.project / "applications/shop/web/deployment.yaml").read_text()


@pytest.fixture
def desk(terminal):
    """Jo's key, which may approve, and a word of hers of any age; nothing was ever released."""
    pulumi = terminal.home / "bin/pulumi"
    pulumi.parent.mkdir()
    pulumi.write_text("#!/bin/sh\necho 'error: no stack named so' >&2; exit 1\n")
    pulumi.chmod(0o755)
    terminal.more["PATH"] = f"{pulumi.parent}:{terminal.environment['PATH']}"
    key = terminal.home / "key"
    terminal.must(f"ssh-keygen -q -t ed25519 -N '' -f {key}")
    (terminal.project / "approvals/allowed_signers").write_text(f"jo {key.with_suffix('.pub').read_text()}")

    def sign(name, hours, *services, **changes):
        signed = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=hours)
        rendered = json.loads(terminal.must("pvn render shop --channel production --output json"))
        facts: dict[str, Any] = {
            "application": "shop",
            "channel": "production",
            "topic": "manual",
            "is_rejection": False,
            "services": {
                one: tuple(rendered[f"shop/production/{one}"][what] for what in ("version", "manifests")) for one in services
            },
            "signed": signed,
            "expires": signed + timedelta(days=7),
        }
        text = Statement(**(facts | changes)).text
        file = terminal.project / f"approvals/shop/production/{name}.yaml"
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_text(yaml.safe_dump({"statement": text, "signature": ssh.sign(key, text, NAMESPACE)}))

    return sign


def expiring(terminal, edit="cat"):
    """Play the line of ci/drift that asks which approvals end within two days."""
    code, said = terminal.run(f'said=$(pvn status --output json) || [ $? = 3 ]; {edit} <<<"$said" | ci/expiring.py 48')
    assert code == 0, said
    return said.splitlines()


def test_the_line_that_asks_for_approvals_which_end_soon_is_that_of_the_script():
    script = (CHECKOUT / "ci/drift").read_text()
    assert 'said=$(pvn status --output json) || [ $? = 3 ]\nci/expiring.py 48 <<<"$said"\n' in script


def test_an_approval_that_soon_ends_is_told_and_no_other_one(terminal, desk):
    desk("over", 7 * 24 + 1, "web")
    desk("nearly-over", 6 * 24, "web", "api")
    desk("new", 1, "web")
    desk("of-another-version", 6 * 24, services={"web": (DIGEST, DIGEST)})
    desk("a-no", 6 * 24, "api", is_rejection=True)
    assert expiring(terminal) == [
        "approvals/shop/production/nearly-over.yaml: by jo, for api, web in shop/production, ends in 24 h"
    ]
    # what has moved waits for nobody
    assert expiring(terminal, """sed 's/"state": ".*"/"state": "current"/'""") == []


def test_an_approval_ends_when_its_stack_says_so(terminal, desk):
    desk("of-yesterday", 12, "web")
    assert expiring(terminal) == []
    file = terminal.project / "Pulumi.production.yaml"
    file.write_text(f"{file.read_text()}  pvn:approvals: {{expireAfter: 86400s}}\n")
    assert expiring(terminal) == [
        "approvals/shop/production/of-yesterday.yaml: by jo, for web in shop/production, ends in 12 h"
    ]


def test_an_approval_that_nobody_could_read_is_no_reason_to_stay_silent(terminal, desk):
    desk("nearly-over", 6 * 24, "web")
    (terminal.project / "approvals/shop/production/spoilt.yaml").write_text("statement: 3\n")
    assert len(expiring(terminal)) == 1


PUSHED = {
    "inputs.service": "shop/web",
    "inputs.image": DIGEST,
    "inputs.token": "token",
    "github.action_repository": "acme/platform",
    "github.server_url": "https://github.com",
    "github.repository": "acme/web",
    "github.run_id": "7",
}
"""What the action knows that an application's repository uses after a push."""


@pytest.fixture
def pushed(tmp_path):
    """The runner of an application's repository, and a `gh` that writes down what it is asked: there is no GitHub here."""
    gh = tmp_path / "bin/gh"
    gh.parent.mkdir()
    gh.write_text(f'#!/bin/sh\nprintf \'%s\\n\' "$GH_TOKEN" "$@" >{tmp_path}/asked\n')
    gh.chmod(0o755)
    more = {"GITHUB_REPOSITORY": "acme/web", "GITHUB_SHA": "9f3c"}
    return Terminal(tmp_path, tmp_path, more, (gh.parent,))


def asked(terminal):
    """Return what `gh` was asked for: the token, the words, and the fields."""
    token, *words = (terminal.home / "asked").read_text().splitlines()
    fields = dict(word.split("=", 1) for word in words if "=" in word)
    return token, [word for word in words if "=" not in word and word != "--raw-field"], fields


def test_five_lines_release_what_the_repository_of_an_application_has_pushed(pushed):
    assert len(workflows.LINES) == 5
    [step] = yaml.safe_load("\n".join(workflows.LINES))
    inputs = workflows.action("release")["inputs"]
    assert sorted(step["with"]) == sorted(name for name, one in inputs.items() if one.get("required"))
    given = {"inputs.service": step["with"]["service"]}
    assert workflows.play_action(pushed, "release", {**PUSHED, **given}) == [(0, "")]
    fields = asked(pushed)[2]
    assert (fields["application"], fields["service"]) == ("my-app", "my-backend")


def test_an_image_is_released_by_the_workflow_of_the_repository_that_the_action_comes_from(pushed):
    assert workflows.play_action(pushed, "release", PUSHED) == [(0, "")]
    token, words, fields = asked(pushed)
    assert (token, words) == ("token", ["workflow", "run", "release.yml", "--repo", "acme/platform"])
    assert fields == {
        "application": "shop",
        "service": "web",
        "image": DIGEST,
        "source-repository": "acme/web",
        "source-commit": "9f3c",
        "source-run": "https://github.com/acme/web/actions/runs/7",
    }
    assert sorted(fields) == sorted(workflows.read("release.yml")["on"]["workflow_dispatch"]["inputs"])


def test_a_deployer_that_is_named_comes_before_the_one_of_the_action(pushed):
    assert workflows.play_action(pushed, "release", {**PUSHED, "inputs.deployer": "acme/other"}) == [(0, "")]
    assert asked(pushed)[1][-1] == "acme/other"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("github.action_repository", "", "deployer: a copy of this action in a checkout does not know"),
        *(("inputs.service", wrong, f"service: '{wrong}' does not name") for wrong in ("", "web", "shop/", "a/shop/web")),
    ],
)
def test_an_image_that_nobody_can_place_is_refused_before_github_is_asked(pushed, name, value, said):
    [(code, text)] = workflows.play_action(pushed, "release", {**PUSHED, name: value})
    assert (code, text.startswith(said), "\n  fix: " in text) == (2, True, True)
    assert not (pushed.home / "asked").exists()


def test_gitlab_tells_a_merge_request_what_it_changes(terminal):
    base = terminal.must("git rev-parse main").strip()
    terminal.must("git checkout --quiet -b work")
    double_cpu(terminal.project)
    workflows.gitlab(terminal, "preview", CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    assert "- ✋ web of shop in staging, production" in (terminal.project / "preview/comment.md").read_text()


def test_gitlab_releases_what_another_pipeline_pushed(terminal):
    who = {"GITLAB_USER_NAME": "Jane", "GITLAB_USER_EMAIL": "jane@example.com", "DEPLOYER_URL": "../remote"}
    workflows.gitlab(terminal, "record", APPLICATION="shop", SERVICE="web", IMAGE=DIGEST, **who)
    assert release_of(terminal)["services"]["web"]["parameters"]["image"] == DIGEST


def test_gitlab_queues_the_updates_of_a_stack_and_cancels_none():
    jobs = [job for job in workflows.GITLAB.values() if isinstance(job, dict) and "script" in job]
    updating = [job for job in jobs if any("ci/up" in line for line in job["script"])]
    assert len(updating) == 2
    for job in updating:
        assert job["resource_group"] == f"stack-{job['environment']}"
        assert job["interruptible"] is False


SCRIPTS = {"up": 1, "drift": 1, "waiting": 1, "wait": 2, "preview": 2, "preview-stack": 2, "release": 3}


@pytest.mark.parametrize(("script", "takes"), SCRIPTS.items())
def test_a_script_without_its_arguments_says_what_it_takes_and_does_nothing(tmp_path, script, takes):
    for given in ([], ["x"] * (takes - 1), ["--help"]):
        done = subprocess.run([CHECKOUT / "ci" / script, *given], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"usage: ci/{script} ")
    assert list(tmp_path.iterdir()) == []
