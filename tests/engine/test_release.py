"""`pvn release` with a real registry: a tag becomes the digest that the registry has for it."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from tests.console import Terminal
from tests.engine import registry as registries

TREE = Path(__file__).resolve().parents[1] / "golden/transcripts/project"
PASSWORD = registries.PASSWORD


@pytest.fixture
def terminal(tmp_path):
    """A shell in a small project whose images are in a registry to be named, without credentials for any."""
    made = Terminal(tmp_path / "project", tmp_path, {"DOCKER_CONFIG": str(tmp_path)})
    shutil.copytree(TREE, made.project)
    return made


def use(terminal: Terminal, url: str) -> None:
    """Let the project's images live in the registry at an address."""
    for stack in terminal.project.glob("Pulumi.*.yaml"):
        stack.write_text(stack.read_text().replace("url: docker.io", f'url: "{url}"'))


def released(terminal: Terminal) -> Any:
    found = yaml.safe_load((terminal.project / "releases/shop.yaml").read_text())["release"]["services"]["web"]
    return found["parameters"]["image"], found.get("perReleaseChannel")


def login(terminal: Terminal, **config: object) -> None:
    (terminal.home / "config.json").write_text(json.dumps(config))


def basic(user: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


RELEASE = "pvn release shop --service web --param image="


def test_a_tag_becomes_the_digest_that_the_registry_has_for_it(terminal, registry):
    use(terminal, registry.url)
    digest = registry.push("shop/web", "1.4.2", "first")
    assert f"{registry.url}/shop/web:1.4.2 is {digest}" in terminal.must(f"{RELEASE}1.4.2")
    assert released(terminal) == (digest, None)
    assert f"@{digest}" in terminal.must("pvn render --service web --channel production")
    # the tag moves on; what was released does not, until it is released again
    moved = registry.push("shop/web", "1.4.2", "second")
    assert f"@{digest}" in terminal.must("pvn render --service web --channel production")
    terminal.must(f"{RELEASE}{registry.url}/shop/web:1.4.2 --channel staging")
    assert released(terminal) == (digest, [{"releaseChannel": "staging", "parameters": {"image": moved}}])


def test_a_tag_that_the_registry_does_not_have_is_refused_and_nothing_is_written(terminal, registry):
    use(terminal, registry.url)
    before = released(terminal)
    registry.push("shop/web", "1.0")
    code, said = terminal.run(f"{RELEASE}9.9")
    assert (code, released(terminal)) == (1, before)
    assert f"{registry.url}/shop/web has no tag '9.9'" in said


def test_an_image_of_another_registry_or_repository_is_refused_before_anybody_is_asked(terminal):
    use(terminal, "127.0.0.1:1")
    for image in ("127.0.0.1:2/shop/web:1.0", "127.0.0.1:1/shop/api:1.0"):
        code, said = terminal.run(f"{RELEASE}{image}")
        assert code == 2
        assert "this parameter takes images of '127.0.0.1:1/shop/web'" in said


def test_a_registry_that_does_not_answer_is_not_our_mistake_and_a_digest_needs_none(terminal):
    use(terminal, "127.0.0.1:1")
    before = released(terminal)
    code, said = terminal.run(f"{RELEASE}1.0")
    assert (code, released(terminal)) == (4, before)
    assert "registry 127.0.0.1:1 does not answer" in said
    terminal.must(f"{RELEASE}sha256:{'7' * 64}")
    assert released(terminal)[0] == f"sha256:{'7' * 64}"


def test_a_tag_is_kept_only_where_no_gate_has_to_agree_to_what_it_names(terminal):
    code, said = terminal.run(f"{RELEASE}main --keep-tag")
    assert code == 1
    assert "applications/shop/shop.pvn.yaml" in said
    assert "channel 'production' has gates, and tag 'main' of docker.io/shop/web may name another image" in said
    terminal.must(f"{RELEASE}main --keep-tag --channel staging")
    assert released(terminal)[1] == [{"releaseChannel": "staging", "parameters": {"image": "main"}}]


def test_a_new_service_is_released_by_the_digest_that_its_tag_names(terminal, registry):
    use(terminal, registry.url)
    digest = registry.push("shop/cron", "1.4.2")
    said = terminal.must(f"pvn init -a shop -s cron -i {registry.url}/shop/cron:1.4.2")
    assert f"{registry.url}/shop/cron:1.4.2 is {digest}" in said
    assert f"@{digest}" in terminal.must("pvn render --service cron --channel production")
    code, said = terminal.run(f"pvn init -a shop -s mail -i {registry.url}/shop/mail:1.4.2")
    assert code == 1
    assert f"{registry.url}/shop/mail has no" in said
    assert not (terminal.project / "applications/shop/services/mail").exists()


def test_a_private_registry_is_asked_with_the_credentials_that_docker_has(terminal, toolchain, tmp_path):
    with registries.serve(toolchain / "registry", tmp_path / "registry", is_private=True) as private:
        digest = private.push("shop/web", "1.0")
        use(terminal, private.url)
        code, said = terminal.run(f"{RELEASE}1.0")
        assert code == 4
        assert f"docker login {private.url}" in said

        login(terminal, auths={private.url: basic(registries.USER, f"wrong-{PASSWORD}")})
        code, said = terminal.run(f"{RELEASE}1.0")
        assert code == 4
        assert PASSWORD not in said

        login(terminal, auths={private.url: basic(registries.USER, PASSWORD)})
        terminal.must(f"{RELEASE}1.0")
        assert released(terminal)[0] == digest


def test_a_credential_helper_is_asked_and_the_password_is_in_no_argument(terminal, toolchain, tmp_path):
    helper = tmp_path / "bin/docker-credential-test"
    helper.parent.mkdir()
    answer = json.dumps({"Username": registries.USER, "Secret": PASSWORD})
    helper.write_text(f"#!/bin/sh\ncat /proc/$PPID/cmdline > {tmp_path}/arguments\necho '{answer}'\n")
    helper.chmod(0o755)
    with registries.serve(toolchain / "registry", tmp_path / "registry", is_private=True) as private:
        digest = private.push("shop/web", "1.0")
        use(terminal, private.url)
        login(terminal, credHelpers={private.url: "test"})
        said = terminal.must(f"PATH={helper.parent}:$PATH {RELEASE}1.0")
        assert released(terminal)[0] == digest
        assert PASSWORD not in said
        assert PASSWORD not in (tmp_path / "arguments").read_text()
        log = (tmp_path / "registry/log").read_text()
        assert "manifests/1.0" in log
        assert "tags/list" not in log


def test_a_registry_that_wants_a_token_gets_one_for_pulling_this_very_repository(terminal, toolchain, tmp_path, issuer):
    with registries.serve(toolchain / "registry", tmp_path / "open") as opened:
        digest = opened.push("shop/web", "1.0")
    shutil.copytree(tmp_path / "open/images", tmp_path / "closed/images")
    token = {"realm": issuer.realm, "service": "test", "issuer": "test", "rootcertbundle": str(issuer.certificate)}
    with registries.serve(toolchain / "registry", tmp_path / "closed", auth={"token": token}) as closed:
        use(terminal, closed.url)
        login(terminal, auths={closed.url: basic("puller", "wrong")})
        assert terminal.run(f"{RELEASE}1.0")[0] == 4
        login(terminal, auths={closed.url: basic("puller", PASSWORD)})
        terminal.must(f"{RELEASE}1.0")
    assert released(terminal)[0] == digest
    assert issuer.asked[-1] == {"service": ["test"], "scope": ["repository:shop/web:pull"]}


class Issuer:
    """A token service: what a registry believes is a token signed with a key whose certificate it was given."""

    def __init__(self, folder: Path) -> None:
        self.key, self.certificate = folder / "issuer.key", folder / "issuer.pem"
        self.asked: list[dict[str, list[str]]] = []
        subject = ["-subj", "/CN=test", "-days", "1", "-keyout", str(self.key), "-out", str(self.certificate)]
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject], check=True, capture_output=True
        )
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = parse_qs(urlsplit(self.path).query)
                issuer.asked.append(asked)
                is_known = self.headers["Authorization"] == f"Basic {basic('puller', PASSWORD)['auth']}"
                self.send_response(200 if is_known else 401)
                self.end_headers()
                if is_known:
                    self.wfile.write(json.dumps({"token": issuer.token(asked["scope"][0])}).encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.realm = f"http://127.0.0.1:{self.server.server_port}/token"

    def token(self, scope: str) -> str:
        kind, name, action = scope.split(":")
        pem = "".join(self.certificate.read_text().splitlines()[1:-1])
        now = int(time.time())
        header = {"typ": "JWT", "alg": "RS256", "x5c": [pem]}
        access = [{"type": kind, "name": name, "actions": [action]}]
        times = {"iat": now, "nbf": now - 10, "exp": now + 60}
        claims = {"iss": "test", "sub": "puller", "aud": "test", "jti": uuid.uuid4().hex, "access": access, **times}
        signed = ".".join(map(_encoded, (json.dumps(header).encode(), json.dumps(claims).encode())))
        signature = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", str(self.key)], input=signed.encode(), capture_output=True, check=True
        )
        return f"{signed}.{_encoded(signature.stdout)}"


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[Issuer]:
    made = Issuer(tmp_path)
    Thread(target=made.server.serve_forever, daemon=True).start()
    yield made
    made.server.shutdown()
    made.server.server_close()
