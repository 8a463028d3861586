"""The workflows by themselves: what they may do, and what they call. They are played in tests/programs and tests/engine."""

import os
import re
from pathlib import Path

import pytest
import yaml

from tests import workflows

CHECKOUT = Path(__file__).resolve().parents[2]
FILES = sorted((CHECKOUT / ".github").glob("**/*.y*ml"))
SCRIPTS = sorted(path for path in (CHECKOUT / "ci").iterdir() if path.suffix != ".py")
WORKFLOWS = sorted((CHECKOUT / ".github/workflows").glob("*.yml"))
JOBS = [(file.name, name, job) for file in WORKFLOWS for name, job in workflows.read(file.name)["jobs"].items()]


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_every_foreign_action_is_pinned_by_its_commit_and_says_its_version(file):
    for line in file.read_text().splitlines():
        if (found := re.search(r"uses: (\S+)(.*)", line)) and not found[1].startswith("./"):
            assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40}", found[1]), line
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", found[2]), line


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_begins_with_no_permission_and_never_runs_foreign_code_with_one(file):
    found = workflows.read(file.name)
    assert found["permissions"] == {}
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(found["on"])


@pytest.mark.parametrize(("file", "name", "job"), JOBS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_job_says_what_it_may_and_how_long_and_never_cancels_an_update(file, name, job):
    assert job["timeout-minutes"]
    assert set(job["permissions"]) <= {"contents", "pull-requests", "id-token"}
    if any("ci/up" in step.get("run", "") for step in job["steps"]):
        assert job["concurrency"]["group"].startswith("stack-")
        assert job["concurrency"]["cancel-in-progress"] is False
        assert job["environment"] in ("staging", "production")
    if "write" in job["permissions"].get("contents", ""):
        assert "concurrency" not in job, "a release that waits in a group gives way to the next, and is lost"


def test_what_a_pull_request_from_anywhere_runs_gets_no_secret_and_no_identity():
    found = workflows.read("preview.yml")
    trusting = "github.event.pull_request.head.repo.full_name == github.repository"
    for job in found["jobs"].values():
        if trusting not in job.get("if", ""):
            assert job["permissions"] == {"contents": "read"}
            assert "secrets." not in yaml.safe_dump(job)
            assert "environment" not in job


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_no_expression_stands_inside_a_script(file):
    for run in re.findall(r"run: ?(.*(?:\n {8,}.*)*)", file.read_text()):
        assert "${{" not in run.split("\n      - ")[0]


def test_every_script_that_is_called_is_there_and_runs():
    called = {name for file in FILES for name in re.findall(r"\bci/[\w.-]+", file.read_text())}
    assert {f"ci/{path.name}" for path in (CHECKOUT / "ci").iterdir() if path.is_file()} - called == {"ci/expiring.py"}
    for name in called:
        assert os.access(CHECKOUT / name, os.X_OK), name


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_every_script_stops_at_its_first_failure(script):
    text = script.read_text()
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
