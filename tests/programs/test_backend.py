"""A `pulumi` that misbehaves on demand."""

import json
from pathlib import Path

import pytest

from delivery.problems import WorldFailed
from delivery.records import Ledger
from delivery.unknown import Absent, Unknown
from evidence import backend
from evidence.backend import Leftovers
from tests.unit import made


@pytest.fixture
def pulumi(tmp_path, monkeypatch):
    """Return what the state says of a stack where `pulumi` is the given text, run by a shell."""
    program = tmp_path / "pulumi"
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def said(script, mode=0o755):
        program.write_text(script)
        program.chmod(mode)
        return backend.read(tmp_path, ["staging"])["staging"]

    return said


def test_outputs_are_what_pulumi_prints(pulumi):
    assert pulumi(f"#!/bin/sh\necho '{json.dumps({'a': 1})}'\n") == {"a": 1}


@pytest.mark.parametrize("answer", ["", "garbage", "3", "null", "[]", "\\377\\376", "secret"])
def test_an_answer_that_makes_no_sense_is_unknown_and_not_told(pulumi, answer):
    found = pulumi(f"#!/bin/sh\nprintf '{answer}'\n")
    assert isinstance(found, Unknown)
    assert "makes no sense" in found.why
    assert "secret" not in found.why


def test_a_complaint_that_is_not_utf_8_is_unknown(pulumi):
    assert isinstance(pulumi("#!/bin/sh\nprintf '\\377' >&2; exit 1\n"), Unknown)


def test_a_stack_that_does_not_exist_is_said_not_to(pulumi):
    found = pulumi("#!/bin/sh\necho \"error: no stack named 'staging' found\" >&2; exit 255\n")
    assert found == Absent("stack 'staging' does not exist yet", "pulumi stack init staging && pulumi up -s staging")


@pytest.mark.parametrize(
    "said",
    [
        "passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables",
        "failed to decrypt: incorrect passphrase, please set PULUMI_CONFIG_PASSPHRASE to the correct passphrase",
        "constructing secrets manager: unable to read PULUMI_CONFIG_PASSPHRASE_FILE: open x: no such file or directory",
    ],
)
def test_a_passphrase_that_is_missing_or_wrong_is_to_be_set(pulumi, said):
    found = pulumi(f"#!/bin/sh\necho 'error: {said}' >&2; exit 1\n")
    assert found == Unknown(
        f"the state of stack 'staging' cannot be read: {said}",
        "set PULUMI_CONFIG_PASSPHRASE to the stack's passphrase, or PULUMI_CONFIG_PASSPHRASE_FILE to a file with it",
    )


@pytest.mark.parametrize(
    ("said", "fix"),
    [
        ("place 1: unexpected end of JSON input", "put the last whole copy, the .json.bak beside it, in its place"),
        ("EOF", "remove the .json.attrs beside it"),
        ('blob (key ".pulumi/stacks/p/s.json") (code=Unknown): unexpected EOF', "remove the .json.attrs beside it"),
    ],
)
def test_a_state_that_a_kill_cut_off_is_mended_by_the_file_that_was_cut(pulumi, said, fix):
    found = pulumi(f"#!/bin/sh\necho 'error: failed to load checkpoint: {said}' >&2; exit 1\n")
    assert isinstance(found, Unknown)
    assert found.next.endswith(fix)


@pytest.mark.parametrize("url", ["file://{folder}", "file://./", "file://~?no_tmp_dir=true"])
@pytest.mark.parametrize(
    ("said", "fix"), [("unexpected end of JSON input", "cp {file}.bak {file}"), ("EOF", "rm {file}.attrs")]
)
def test_a_state_that_a_kill_cut_off_is_named_where_it_lies_in_a_folder(pulumi, tmp_path, monkeypatch, url, said, fix):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "Pulumi.yaml").write_text("name: p\nruntime: python\n")
    file = tmp_path / ".pulumi/stacks/p/staging.json"
    file.parent.mkdir(parents=True)
    for name in (file, f"{file}.bak"):
        Path(name).write_text("")
    who = json.dumps({"url": url.format(folder=tmp_path)})
    answer = f"case $1 in whoami) echo '{who}';; *) echo 'error: failed to load checkpoint: {said}' >&2; exit 1;; esac"
    assert pulumi(f"#!/bin/sh\n{answer}\n").next.endswith(f": {fix.format(file=file)}")


@pytest.mark.parametrize(
    "who", ['{"url": "s3://states"}', '{"url": "https://api.pulumi.com"}', '{"url": "file:///gone"}', "{}"]
)
def test_a_state_that_lies_in_no_folder_is_not_named(pulumi, who):
    answer = f"case $1 in whoami) echo '{who}';; *) echo 'error: failed to load checkpoint: EOF' >&2; exit 1;; esac"
    assert pulumi(f"#!/bin/sh\n{answer}\n").next.endswith("remove the .json.attrs beside it")


def test_a_pulumi_that_cannot_be_run_is_said_to_be_one(pulumi):
    with pytest.raises(WorldFailed, match="pulumi: it cannot be run: exec format error"):
        pulumi("no program")


def test_without_pulumi_it_says_where_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WorldFailed, match="it is not on PATH"):
        backend.read(tmp_path, ["staging"])


def test_a_state_says_what_was_cut_off_while_it_was_made(tmp_path, monkeypatch):
    cluster = {
        "urn": "urn:pulumi:s::p::aws:eks/cluster:Cluster::k",
        "type": "aws:eks/cluster:Cluster",
        "inputs": {"name": "k"},
    }
    deployment = {"resources": [], "pending_operations": [{"type": "creating", "resource": cluster}]}
    (found,) = cut_off(tmp_path, monkeypatch, f"echo '{json.dumps({'deployment': deployment})}'")
    assert (found.name, found.id) == ("aws:eks/cluster:Cluster k", "k")


@pytest.mark.parametrize("state", [{}, {"deployment": 3}, {"deployment": {"pending_operations": [{}]}}])
def test_a_state_that_makes_no_sense_says_nothing_of_what_was_cut_off(tmp_path, monkeypatch, state):
    assert isinstance(cut_off(tmp_path, monkeypatch, f"echo '{json.dumps(state)}'"), Unknown)


def test_before_its_first_update_nothing_of_a_stack_was_cut_off(tmp_path, monkeypatch):
    assert cut_off(tmp_path, monkeypatch, "echo \"error: no stack named 'staging' found\" >&2; exit 255") == ()


def test_without_pulumi_nobody_knows_what_was_cut_off(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert isinstance(backend.cut_off(tmp_path, "staging"), Unknown)


@pytest.mark.parametrize("line", ["echo '{}'", "echo '{\"deployment\": 3}'", "exit 255", "echo garbage"])
def test_where_nobody_knows_what_a_killed_update_left_nobody_goes_on(tmp_path, monkeypatch, line):
    stand_in(tmp_path, monkeypatch, line)
    with pytest.raises(WorldFailed, match="stack staging"):
        backend.left_over(tmp_path, "staging", [made.candidate()], ["runtimes/k"], Ledger())


def test_before_its_first_update_nothing_of_a_stack_was_left(tmp_path, monkeypatch):
    stand_in(tmp_path, monkeypatch, "echo \"error: no stack named 'staging' found\" >&2; exit 255")
    assert backend.left_over(tmp_path, "staging", [made.candidate()], ["runtimes/k"], Ledger()) == Leftovers(Ledger())


def cut_off(folder, monkeypatch, line):
    """Return what was cut off where `pulumi` is a line of shell."""
    stand_in(folder, monkeypatch, line)
    return backend.cut_off(folder, "staging")


def stand_in(folder, monkeypatch, line):
    """Have `pulumi` be a line of shell."""
    program = folder / "pulumi"
    program.write_text(f"#!/bin/sh\n{line}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
