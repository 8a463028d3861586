"""Stability records: what a stack signs of itself, and whose word is believed."""

import subprocess
from datetime import timedelta

import pytest

from delivery import attestations as words
from delivery.facts import Attested, Evidence
from delivery.problems import WorldFailed
from delivery.unknown import Unknown
from evidence import attestations
from tests.unit.made import NOW, candidate, ledger, live

STAGING = candidate("staging", version="sha256:" + "1" * 64)
ILL = candidate("staging", service="ill", version="sha256:" + "2" * 64)


@pytest.fixture
def project(tmp_path):
    """A project in which the key `ci` may vouch for stacks, and `jane` may approve."""
    (tmp_path / "approvals").mkdir()
    allowed = ""
    for name, namespace in (("ci", words.NAMESPACE), ("jane", "pvn-approval"), ("stranger", "")):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name], check=True)
        public = (tmp_path / f"{name}.pub").read_text()
        allowed += f'{name}@example.com namespaces="{namespace}" {public}' if namespace else ""
    (tmp_path / "approvals/allowed_signers").write_text(allowed)
    return tmp_path


def made(root, key="ci"):
    found = {**live(STAGING, settled=NOW - timedelta(hours=1)), **live(ILL, ailment="0 of 1 pods are ready")}
    known = ledger(staging=(STAGING,))
    evidence = Evidence(NOW, {"staging": known}, {"k-staging": found})
    return attestations.make(root, "staging", key, (STAGING, ILL), evidence)


def test_what_is_stable_is_vouched_for_and_believed(project):
    read = attestations.read(project, "staging", {"stability": made(project)})
    assert not isinstance(read, Unknown)
    assert read.signer == "ci@example.com"
    expected = Attested(STAGING.version, STAGING.bundle.digest, NOW - timedelta(hours=1))
    assert read.instances == {"shop/staging/web": expected}


def test_a_stack_without_a_key_says_nothing(project):
    assert made(project, None) is None


def test_a_key_that_cannot_sign_stops_the_update_with_a_way_out(project):
    with pytest.raises(WorldFailed, match="pvn:attestationKey"):
        made(project, "nowhere")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: None,
        lambda one: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        lambda one: {**one, "signature": ""},
        lambda one: {**one, "statement": one["statement"].replace("shop/staging/web", "shop/staging/api")},
        lambda one: {**one, "statement": one["statement"].rstrip()},
        lambda one: {"statement": one["statement"]},
    ],
    ids=["missing", "unknown", "no signature", "tampered", "other bytes", "half"],
)
def test_a_record_that_is_not_whole_is_no_record(project, spoil):
    found = attestations.read(project, "staging", {"stability": spoil(made(project))})
    assert isinstance(found, Unknown)


@pytest.mark.parametrize("key", ["jane", "stranger"])
def test_only_whoever_may_vouch_is_believed(project, key):
    assert isinstance(attestations.read(project, "staging", {"stability": made(project, key)}), Unknown)


def test_the_record_of_another_stack_is_not_taken(project):
    found = attestations.read(project, "other", {"stability": made(project)})
    assert isinstance(found, Unknown)
    assert "it is of stack 'staging'" in found.why


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"instances":{}}', "x" * 10])
def test_a_text_that_is_no_record_is_refused_in_words(text):
    with pytest.raises(ValueError, match="stability record"):
        words.parse("staging", "ci", text)
