"""What a registry may do that a real one on this machine does not: refuse for a while, or answer nonsense.

The real one is asked in tests/engine/test_release.py.
"""

import base64
import hashlib
import json
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from delivery.unknown import Absent, Unknown
from evidence import registry
from evidence.registry import Repository

DIGEST = "sha256:" + "a" * 64
SECRET = "hunter2"


@pytest.fixture
def serving(tmp_path, monkeypatch):
    """A server that gives the same kind of question these answers, one after the other: (code, headers, body)."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    servers = []

    def serve(*answers, known=False):
        waiting = list(answers)
        asked = []

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                asked.append((self.command, self.path, self.headers.get("Authorization", "")))
                code, headers, body = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                self.send_response(code)
                for name, value in headers.items():
                    self.send_header(name, value.replace("HOST", host))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_HEAD = do_GET = do_POST = answer  # noqa: N815

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        host = f"127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        auth = base64.b64encode(f"jane:{SECRET}".encode()).decode()
        (tmp_path / "config.json").write_text(json.dumps({"auths": {host: {"auth": auth}} if known else {}}))
        return host, asked

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def ask(host, tag="1.0"):
    slept: list[float] = []
    told: list[str] = []
    return registry.digest(f"{host}/shop/web", tag, told.append, slept.append), slept, told


def good(**headers):
    return 200, {"Docker-Content-Digest": DIGEST, **headers}, b""


def limited(retry_after):
    return 429, {"Retry-After": retry_after}, b""


@pytest.mark.parametrize(
    ("address", "api"),
    [
        ("docker.io/acme/web", "https://registry-1.docker.io/v2/acme/web/manifests"),
        ("docker.io/nginx", "https://registry-1.docker.io/v2/library/nginx/manifests"),
        ("ghcr.io/acme/shop/web", "https://ghcr.io/v2/acme/shop/web/manifests"),
        ("localhost:5000/web", "http://localhost:5000/v2/web/manifests"),
        ("127.0.0.1:5000/web", "http://127.0.0.1:5000/v2/web/manifests"),
        ("[::1]:5000/web", "http://[::1]:5000/v2/web/manifests"),
        ("localhost.example/web", "https://localhost.example/v2/web/manifests"),
        ("10.0.0.1:5000/web", "https://10.0.0.1:5000/v2/web/manifests"),
    ],
)
def test_everything_beyond_this_machine_is_asked_through_tls(address, api):
    assert Repository.of(address).api == api


def test_one_question_about_one_tag_is_all_that_is_asked(serving):
    host, asked = serving(good())
    assert ask(host) == (DIGEST, [], [])
    assert asked == [("HEAD", "/v2/shop/web/manifests/1.0", "")]


def test_a_registry_that_names_no_digest_is_asked_for_the_manifest_itself(serving):
    host, asked = serving((200, {}, b"{}"))
    assert ask(host)[0] == "sha256:" + hashlib.sha256(b"{}").hexdigest()
    assert [method for method, *_ in asked] == ["HEAD", "GET"]


@pytest.mark.parametrize(("says", "seconds"), [("7", 7), ("", 2), ("soon", 2), ("-5", 2)])
def test_a_registry_that_has_enough_is_asked_again_after_as_long_as_it_says(serving, says, seconds):
    host, asked = serving(limited(says), good())
    found, slept, told = ask(host)
    assert (found, slept) == (DIGEST, [seconds])
    assert told == [f"registry {host} asks us to come back in {seconds} s"]
    assert len(asked) == 2


def test_it_may_say_so_with_a_date(serving):
    host, _ = serving(limited(format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)), good())
    found, slept, _ = ask(host)
    assert found == DIGEST
    assert 20 < slept[0] <= 30


def test_one_that_asks_for_more_than_our_patience_is_told_of_and_not_waited_for(serving):
    host, asked = serving(limited("3600"))
    found, slept, _ = ask(host)
    assert isinstance(found, Unknown)
    assert "too many questions" in found.why
    assert "3600 s" in found.next
    assert (slept, len(asked)) == ([], 1)


def test_one_that_never_has_time_is_left_alone_after_a_few_tries(serving):
    host, asked = serving(limited("1"))
    assert isinstance(ask(host)[0], Unknown)
    assert len(asked) == registry.TRIES


def test_a_tag_that_is_not_there_is_absent_and_not_unknown(serving):
    host, _ = serving((404, {}, b""))
    assert ask(host)[0] == Absent(f"{host}/shop/web has no tag '1.0'", "push the image first, or mend the tag")


CHALLENGE = 'Bearer realm="{realm}",service="here",scope="repository:shop/web:push,pull"'


def test_a_token_is_asked_for_with_our_credentials_and_only_for_pulling(serving):
    challenge = {"WWW-Authenticate": CHALLENGE.format(realm="http://HOST/token?account=x")}
    host, asked = serving((401, challenge, b""), (200, {}, b'{"token": "t"}'), good(), known=True)
    assert ask(host)[0] == DIGEST
    basic = "Basic " + base64.b64encode(f"jane:{SECRET}".encode()).decode()
    assert asked[1] == ("GET", "/token?account=x&service=here&scope=repository%3Ashop%2Fweb%3Apull", basic)
    assert asked[2] == ("HEAD", "/v2/shop/web/manifests/1.0", "Bearer t")


def test_credentials_are_not_sent_to_a_token_service_in_the_open(serving):
    host, asked = serving(
        (401, {"WWW-Authenticate": CHALLENGE.format(realm="http://tokens.example/token")}, b""), known=True
    )
    found = ask(host)[0]
    assert isinstance(found, Unknown)
    assert "in the open" in found.why
    assert len(asked) == 1


def test_credentials_do_not_follow_a_redirect(serving):
    host, asked = serving(
        (401, {"WWW-Authenticate": "Basic"}, b""), (307, {"Location": "http://localhost:1/x"}, b""), known=True
    )
    found = ask(host)[0]
    assert isinstance(found, Unknown)
    assert "answered 307" in found.why
    assert len(asked) == 2


@pytest.mark.parametrize(
    "answers",
    [
        [(401, {}, b"")],
        [(401, {"WWW-Authenticate": "Bearer nonsense"}, b"")],
        [(401, {"WWW-Authenticate": "Basic"}, b"")],
        [(403, {}, b"")],
        [(500, {}, b"")],
        [
            (401, {"WWW-Authenticate": CHALLENGE.format(realm="http://HOST/t")}, b""),
            (200, {}, b"no json " + SECRET.encode()),
        ],
        [
            (401, {"WWW-Authenticate": CHALLENGE.format(realm="http://HOST/t")}, b""),
            (200, {}, b'["' + SECRET.encode() + b'"]'),
        ],
        [(401, {"WWW-Authenticate": CHALLENGE.format(realm="http://HOST/t")}, b""), (200, {}, b"{}")],
        [(401, {"WWW-Authenticate": CHALLENGE.format(realm="http://HOST/t")}, b""), (401, {}, b"")],
        [(200, {}, b"x" * (registry.LARGEST + 1))],
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_any_other_answer_is_no_answer_and_shows_no_secret(serving, answers, known):
    host, _ = serving(*answers, known=known)
    found = ask(host)[0]
    assert isinstance(found, Unknown)
    assert SECRET not in found.why + found.next
    assert host in found.why


def test_a_registry_that_is_not_there_does_not_answer():
    found = ask("127.0.0.1:1")[0]
    assert isinstance(found, Unknown)
    assert found.why.endswith(" does not answer: Connection refused")
