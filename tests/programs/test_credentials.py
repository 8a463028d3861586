import base64
import json

import pytest

from delivery.problems import WorldFailed
from evidence import credentials
from evidence.credentials import Credentials

SECRET = "hunter2"
JANE = {"auth": base64.b64encode(f"jane:{SECRET}".encode()).decode()}


@pytest.fixture
def docker(tmp_path, monkeypatch):
    """Docker's configuration of the person who runs this, and a folder on PATH for helpers."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def write(config):
        (tmp_path / "config.json").write_text(config if isinstance(config, str) else json.dumps(config))
        return tmp_path

    return write


def helper(folder, name, script):
    (folder / f"docker-credential-{name}").write_text(f"#!/bin/sh\n{script}\n")
    (folder / f"docker-credential-{name}").chmod(0o755)


def test_whoever_never_logged_in_anywhere_is_anonymous(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "nowhere"))
    assert credentials.find("docker.io") is None


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("ghcr.io", "ghcr.io"),
        ("https://ghcr.io", "ghcr.io"),
        ("https://ghcr.io/v2/", "ghcr.io"),
        ("GHCR.io", "ghcr.io"),
        ("localhost:5000", "localhost:5000"),
        ("https://index.docker.io/v1/", "docker.io"),
        ("docker.io", "docker.io"),
    ],
)
def test_an_entry_is_found_however_its_address_is_written(docker, written, asked):
    docker({"auths": {"other.example": {}, written: JANE}})
    assert credentials.find(asked) == Credentials("jane", SECRET)


@pytest.mark.parametrize("asked", ["ghcr.io.example", "example", "localhost:5001"])
def test_credentials_of_one_registry_are_not_those_of_another(docker, asked):
    docker({"auths": {"ghcr.io": JANE, "localhost:5000": JANE}})
    assert credentials.find(asked) is None


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ({}, None),
        ({"auth": ""}, None),
        ({"username": "jane", "password": SECRET}, Credentials("jane", SECRET)),
        ({"auth": base64.b64encode(b"jane:a:b\0\0").decode()}, Credentials("jane", "a:b")),
        ({**JANE, "identitytoken": "refresh"}, Credentials("", identity="refresh")),
    ],
)
def test_an_entry_says_who_we_are_in_one_of_several_ways(docker, entry, found):
    docker({"auths": {"ghcr.io": entry}})
    assert credentials.find("ghcr.io") == found


def test_a_helper_is_asked_with_the_address_on_its_input(docker):
    folder = docker({"credHelpers": {"ghcr.io": "mine"}, "auths": {"ghcr.io": {}}})
    helper(
        folder, "mine", f'read host; echo "$host $*" > {folder}/asked; echo \'{{"Username": "jane", "Secret": "{SECRET}"}}\''
    )
    assert credentials.find("ghcr.io") == Credentials("jane", SECRET)
    assert (folder / "asked").read_text() == "ghcr.io get\n"


def test_a_helper_may_give_a_token_that_stands_for_a_login(docker):
    folder = docker({"credsStore": "mine"})
    helper(
        folder, "mine", f'read host; echo "$host" > {folder}/asked; echo \'{{"Username": "<token>", "Secret": "refresh"}}\''
    )
    assert credentials.find("docker.io") == Credentials("", identity="refresh")
    assert (folder / "asked").read_text() == "https://index.docker.io/v1/\n"


def test_a_store_that_knows_nothing_of_a_registry_leaves_us_anonymous(docker):
    folder = docker({"credsStore": "mine"})
    helper(folder, "mine", "echo credentials not found in native keychain; exit 1")
    assert credentials.find("ghcr.io") is None


@pytest.mark.parametrize(
    ("config", "script", "said"),
    [
        ("{", "", "this is no configuration of docker"),
        ("[]", "", "this is no configuration of docker"),
        ({"auths": {"ghcr.io": {"auth": SECRET + "!"}}}, "", "the entry of ghcr.io makes no sense"),
        ({"credsStore": "../mine"}, "", "no name of a program"),
        ({"credsStore": "absent"}, "", "install it"),
        ({"credsStore": "mine"}, f"echo {SECRET}; echo {SECRET} >&2; exit 3", "exit code 3"),
        ({"credsStore": "mine"}, f"echo {SECRET}", "its answer makes no sense"),
        ({"credsStore": "mine"}, f"echo '[\"{SECRET}\"]'", "its answer makes no sense"),
    ],
)
def test_what_cannot_be_used_is_told_without_a_secret(docker, config, script, said):
    helper(docker(config), "mine", script)
    with pytest.raises(WorldFailed, match=said) as wrong:
        credentials.find("ghcr.io")
    assert SECRET not in str(wrong.value)


def test_credentials_do_not_show_themselves():
    assert SECRET not in repr(Credentials("jane", SECRET, identity=SECRET))
