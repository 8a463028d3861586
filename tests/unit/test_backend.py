"""A `pulumi` that misbehaves on demand."""

import json

import pytest

from delivery.problems import WorldFailed
from delivery.unknown import Absent, Unknown
from evidence import backend


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
    assert found == Absent("stack 'staging' does not exist yet", "pulumi up -s staging")


def test_a_pulumi_that_cannot_be_run_is_said_to_be_one(pulumi):
    with pytest.raises(WorldFailed, match="pulumi: it cannot be run: exec format error"):
        pulumi("no program")


def test_without_pulumi_it_says_where_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WorldFailed, match="it is not on PATH"):
        backend.read(tmp_path, ["staging"])
