"""A release's road through CI, played from the workflows' own steps: the real engine, real clusters, a remote in git."""

from __future__ import annotations

import shutil
import sys

import pytest

from tests import workflows
from tests.console import Terminal
from tests.engine.conftest import CHECKOUT
from tests.engine.project import STACKS, image

INPUTS = {
    "inputs.application": "shop",
    "inputs.service": "web",
    "inputs.image": image("two"),
    "inputs.source-repository": "github.com/acme/web",
    "inputs.source-commit": "9f3c",
    "inputs.source-run": "",
}


@pytest.fixture
def runner(project):
    """A runner's shell in a project whose repository has a remote."""
    shutil.copytree(CHECKOUT / "ci", project.root / "ci")
    (project.root / "policy").symlink_to(CHECKOUT / "policy")
    (project.root / ".venv").symlink_to(sys.prefix)
    (project.root / ".gitignore").write_text(".pvn/\n.venv\n")
    project.add("web")
    project.home.mkdir(exist_ok=True)
    terminal = workflows.runner(Terminal(project.root, project.home, dict(project.environment)))
    for stack in STACKS:
        project.init(stack)
    terminal.commit()
    remote = project.home / "remote"
    terminal.must(f"git clone --quiet --bare . {remote} && git remote add origin {remote} && git fetch --quiet origin")
    return terminal


def run(runner: Terminal, workflow: str, job: str) -> str:
    """Play a job on the newest commit of the remote, which is what its checkout would bring."""
    runner.must("git fetch --quiet origin && git checkout --quiet -B main origin/main")
    answers = workflows.play(runner, workflow, job, INPUTS)
    said = "\n".join(text for _, text in answers)
    assert answers
    assert all(code == 0 for code, _ in answers), said
    return said


def test_an_image_that_was_pushed_reaches_production_once_somebody_has_approved_it(project, runner):
    run(runner, "release.yml", "staging")
    assert project.images("staging") == {"web": image("one")}

    # an image is pushed: its digest is written down, staging has it, production waits
    run(runner, "release.yml", "record")
    run(runner, "release.yml", "staging")
    assert project.images("staging") == {"web": image("two")}
    waits = workflows.summary(runner)
    assert "manualApproval: 0 of 1 approvals" in waits
    assert "pvn approve shop --channel production --service web" in waits
    run(runner, "production.yml", "production")
    assert project.images("production") == {}

    # a person approves it on a clone of their own, and the commit is merged
    assert project.approve().code == 0
    runner.commit("Approve web for production")
    runner.must("git push --quiet origin main")
    run(runner, "production.yml", "production")
    assert project.images("production") == {"web": image("two")}

    # in the morning nothing has drifted; then somebody changes something behind everybody's back
    stack = {"matrix.stack": "production"}
    assert [code for code, _ in workflows.play(runner, "drift.yml", "drift", stack)] == [0, 0]
    project.kubectl("production", "scale", "deployment", "web", "--replicas", "3")
    answers = workflows.play(runner, "drift.yml", "drift", stack)
    assert [code for code, _ in answers] == [1, 0]
    assert "replicas" in answers[0][1]


def test_a_pull_request_sees_what_the_update_of_a_stack_would_do(project, runner):
    run(runner, "release.yml", "staging")
    project.release("web", "two")
    answers = workflows.play(
        runner, "preview.yml", "preview", {"matrix.stack": "staging", "secrets.PULUMI_CONFIG_PASSPHRASE": ""}
    )
    assert [code for code, _ in answers] == [0]
    assert image("two") in workflows.summary(runner)
    assert project.images("staging") == {"web": image("one")}


def test_gitlab_brings_an_image_that_was_pushed_to_production_once_somebody_has_approved_it(project, runner):
    def job(name: str, **variables: str) -> None:
        runner.must("git fetch --quiet origin && git checkout --quiet --detach origin/main")
        workflows.gitlab(runner, name, CI_DEFAULT_BRANCH="main", **variables)

    who = {"GITLAB_USER_NAME": "Jane", "GITLAB_USER_EMAIL": "jane@example.com", "DEPLOYER_URL": f"{project.home}/remote"}
    job("record", APPLICATION="shop", SERVICE="web", IMAGE=image("two"), **who)
    job("staging")
    assert project.images("staging") == {"web": image("two")}
    assert "pvn approve shop --channel production --service web" in (project.root / "waiting.md").read_text()
    job("production")
    assert project.images("production") == {}

    runner.must("git checkout --quiet -B main origin/main")
    assert project.approve().code == 0
    runner.must("git add approvals && git commit --quiet --message 'Approve web' && git push --quiet origin main")
    job("production")
    assert project.images("production") == {"web": image("two")}
