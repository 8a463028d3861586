"""Questions of `pvn doctor` that nothing real here answers in every way. The others: tests/engine/test_doctor.py."""

import json
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from delivery import signers, tree
from delivery.problems import WorldFailed
from delivery.pulls import Pull, of
from delivery.shapes.aws import AwsAccount
from delivery.shapes.azure import AzureAccount
from delivery.shapes.gcp import GcpAccount
from delivery.unknown import Unknown
from evidence import accounts, programs, registry, ssh
from evidence.checkup import State, _clock, checkup
from evidence.credentials import Credentials, in_secret
from evidence.programs import Program
from tests import console

TOOL = Program(name="tool", version=("--version",), least=(2, 30), fix="install it")
AWS = AwsAccount(id="111111111111", region="us-east-1", role="arn:aws:iam::111111111111:role/pvn-deploy")
GCP = GcpAccount(
    project="shop-staging",
    number="123456789012",
    region="europe-west4",
    service_account="pvn-deploy@shop-staging.iam.gserviceaccount.com",
)

TENANT, CLIENT = "00000000-0000-0000-0000-0000000000aa", "00000000-0000-0000-0000-0000000000bb"
AZURE = AzureAccount(
    subscription="00000000-0000-0000-0000-0000000000cc",
    tenant=TENANT,
    region="westeurope",
    client=CLIENT,
    principal="00000000-0000-0000-0000-0000000000dd",
)


@pytest.fixture
def on_path(tmp_path, monkeypatch):
    """Put a program on PATH, which has nothing else: a line of shell."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def put(name, line):
        file = tmp_path / name
        file.write_text(f"#!/bin/sh\n{line}\n")
        file.chmod(0o755)

    return put


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("echo tool version v2.30.1 go1.26", "2.30.1"),
        ("echo tool 2.9", Unknown("2.9 is older than 2.30", "install it")),
        ("echo hello", Unknown("it does not say which version it is", "install it")),
        ("echo broken >&2; exit 1", Unknown("broken", "see what it says: tool --version")),
    ],
)
def test_a_program_is_good_when_it_says_a_version_that_will_do(on_path, line, answer):
    on_path("tool", line)
    assert programs.version(TOOL) == answer


def test_a_program_that_is_missing_comes_with_how_to_get_it(on_path):
    assert programs.version(TOOL) == Unknown("it is not on PATH", "install it")


def test_credentials_are_good_when_they_lead_to_the_account(on_path):
    who = "arn:aws:sts::111111111111:assumed-role/pvn-deploy/pvn-doctor"
    on_path("aws", f'case "$*" in *"--role-arn {AWS.role}"*) echo {who};; *) exit 2;; esac')
    on_path(
        "gcloud", f'case "$*" in *impersonate-service-account={GCP.service_account}*) echo {GCP.number};; *) exit 2;; esac'
    )
    on_path(
        "az", f'case "$*" in *"--subscription {AZURE.subscription}"*) printf "%s\\n" {TENANT} {CLIENT};; *) exit 2;; esac'
    )
    assert [accounts.enter(one) for one in (AWS, GCP, AZURE)] == [who, GCP.service_account, CLIENT]


def test_credentials_of_another_account_are_told_by_whose_they_are(on_path):
    on_path("aws", "echo arn:aws:sts::222222222222:assumed-role/pvn-deploy/pvn-doctor")
    on_path("gcloud", "echo 999999999999")
    assert accounts.enter(AWS) == Unknown(
        "these credentials lead to arn:aws:sts::222222222222:assumed-role/pvn-deploy/pvn-doctor",
        "name a role of account 111111111111",
    )
    assert accounts.enter(GCP) == Unknown(
        "project shop-staging has the number '999999999999'", "mend the number in the stack file"
    )


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (f"{CLIENT} {CLIENT}", f"these credentials are of tenant '{CLIENT}'"),
        (f"{TENANT} jane@example.com", "these credentials are of 'jane@example.com'"),
        ("", "these credentials are of tenant ''"),
    ],
)
def test_credentials_of_another_tenant_or_identity_are_told_apart(on_path, said, why):
    on_path("az", f"echo '{said}'")
    answer = accounts.enter(AZURE)
    assert isinstance(answer, Unknown)
    assert answer.why == why


def test_what_a_cloud_refuses_is_said_in_its_own_words(on_path):
    on_path("aws", "echo 'An error occurred (AccessDenied) when calling the AssumeRole operation' >&2; exit 254")
    answer = accounts.enter(AWS)
    assert isinstance(answer, Unknown)
    assert answer.why == "An error occurred (AccessDenied) when calling the AssumeRole operation"


@pytest.mark.parametrize(("seconds", "state"), [(0, State.OK), (50, State.OK), (-300, State.FAILED), (300, State.FAILED)])
def test_clocks_may_differ_by_a_minute(seconds, state):
    found = _clock("staging", "registry x", datetime.now(UTC) + timedelta(seconds=seconds))
    assert found.state is state
    if state is State.FAILED:
        assert ("ahead of" if seconds > 0 else "behind") in found.fact


@pytest.fixture
def serving():
    """A registry with a clock of its own."""
    servers = []

    def serve(date):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response_only(401)
                if date:
                    self.send_header("Date", date)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        return f"127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()


def test_a_registry_says_what_time_it_is_whoever_asks(serving):
    then = datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert registry.clock(serving(format_datetime(then, usegmt=True))) == then


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_a_registry_that_does_not_say_its_time_is_no_answer(serving, date):
    assert isinstance(registry.clock(serving(date)), Unknown)


def test_of_a_state_that_cannot_be_read_nothing_is_claimed(tmp_path, on_path, monkeypatch):
    # an export needs no secrets: it answers where the outputs do not
    export = "echo '{\"deployment\": {}}'"
    on_path("pulumi", f'case "$*" in *export*) {export};; *) echo "error: incorrect passphrase" >&2; exit 1;; esac')
    found = tree.read(console.shipped(tmp_path))
    said = {one.about: one for one in checkup(tmp_path, found, ["staging"])}
    (runtime,) = (f"runtime {one.name}" for one in found.stacks["staging"].runtimes)
    assert said["state"].state is State.FAILED
    for about in ("updates that were cut off", runtime):
        assert said[about].state is State.UNKNOWN
        assert "cannot be read" in said[about].fact
        assert said[about].fix == said["state"].fix


def test_images_are_asked_for_as_their_pods_will():
    pod = {"imagePullSecrets": [{"name": "pull"}], "containers": [{"image": "hub:5000/shop/web:1.0"}]}
    cron = {"jobTemplate": {"spec": {"template": {"spec": pod | {"initContainers": [{"image": "hub/a@sha256:1"}]}}}}}
    found = list(of(({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"namespace": "shop"}, "spec": cron},)))
    assert found == [Pull("hub/a@sha256:1", "shop", ("pull",)), Pull("hub:5000/shop/web:1.0", "shop", ("pull",))]
    assert [(one.address, one.reference) for one in found] == [("hub/a", "sha256:1"), ("hub:5000/shop/web", "1.0")]


def test_a_secret_for_pulls_holds_credentials_by_host():
    import base64

    config = {"auths": {"https://hub.example": {"username": "node", "password": "secret"}}}
    data = base64.b64encode(json.dumps(config).encode()).decode()
    assert in_secret(data, "hub.example") == Credentials("node", "secret")
    assert in_secret(data, "other.example") is None
    for spoilt in ("", "?", base64.b64encode(b"[]").decode()):
        assert in_secret(spoilt, "hub.example") is None


def test_people_are_counted_once_and_lines_without_a_key_are_named(tmp_path):
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8lQ7vNQ3M2m1m0mXn3Ym3m3oQe0q3Y8m0w8m0w8m0w"
    folder = tmp_path / signers.FOLDER
    folder.mkdir()
    lines = [
        "# people",
        f"jane {key}",
        f'jane namespaces="pvn-approval" {key} laptop',
        f'"joe" {key}',
        "mallory ssh-ed25519 AAAA",
        f'staging namespaces="pvn-stability" {key}',
        "  # the end",
        f"mo {key} her ssh-key at home",
    ]
    (tmp_path / signers.FILE).write_text("\n".join(lines))
    assert ssh.allowed(tmp_path) == (frozenset({"jane", "joe", "mo"}), (5,))
    assert ssh.allowed(tmp_path / "elsewhere") == (frozenset(), ())
    (tmp_path / "approvals/allowed_signers").write_bytes(b"\xff\xfej")
    with pytest.raises(WorldFailed, match="approvals/allowed_signers: it is not UTF-8\n  fix: "):
        ssh.allowed(tmp_path)
