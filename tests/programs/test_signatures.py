import os
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from delivery import approvals
from delivery.approvals import Statement
from delivery.facts import Approval, BadApproval
from delivery.problems import WorldFailed
from evidence import signatures
from tests.unit.made import NOW

COVERED = {"web": ("sha256:" + "1" * 64, "sha256:" + "2" * 64)}


def statement(**changes) -> Statement:
    fields: dict[str, Any] = {
        "application": "shop",
        "channel": "production",
        "topic": "manual",
        "is_rejection": False,
        "services": COVERED,
        "signed": NOW,
        "expires": NOW + timedelta(days=7),
    }
    return Statement(**(fields | changes))


class Desk:
    """A project folder with people who have real keys."""

    def __init__(self, root):
        self.root = root
        (root / "approvals").mkdir()
        self.allowed = root / "approvals" / "allowed_signers"

    def key(self, name):
        path = self.root / f"key-{name}"
        if not path.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path], check=True)
        return path

    def allow(self, line):
        name = line.split()[0].strip("*@")
        public = self.key(name).with_suffix(".pub").read_text().strip()
        previous = self.allowed.read_text() if self.allowed.exists() else ""
        self.allowed.write_text(f"{previous}{line} {public}\n")

    def sign(self, text, name, namespace=approvals.NAMESPACE):
        command = ["ssh-keygen", "-Y", "sign", "-q", "-f", self.key(name), "-n", namespace]
        return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout

    def put(self, content, file="shop/production/a.yaml"):
        path = self.root / "approvals" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))

    def read(self):
        good, bad, _ = signatures.read(self.root)
        assert len(good) + len(bad) == 1
        return (good or bad)[0]

    def why(self):
        found = self.read()
        assert isinstance(found, BadApproval)
        return found.why


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_a_good_signature_of_an_allowed_signer_counts(desk):
    desk.allow("jane")
    text = statement().text
    desk.put({"statement": text, "signature": desk.sign(text, "jane")})
    found = desk.read()
    assert isinstance(found, Approval)
    assert (found.signer, found.services, found.expires) == ("jane", COVERED, NOW + timedelta(days=7))
    assert found.key.startswith("ED25519 key SHA256:")


def test_what_may_not_count_is_a_misfit_and_is_not_verified(desk):
    desk.put({"statement": statement().text, "signature": "nobody looks at this"})
    good, bad, (misfit,) = signatures.read(desk.root, lambda said: said.is_rejection)
    assert (good, bad, misfit.services, misfit.file) == ((), (), COVERED, "approvals/shop/production/a.yaml")


def test_what_a_stranger_signed_is_not_damaged_and_what_was_cut_off_is(desk):
    text = statement(signed=datetime.now(UTC), expires=datetime.now(UTC) + timedelta(days=7)).text
    signature = desk.sign(text, "mallory")
    desk.put({"statement": text, "signature": signature}, "shop/production/whole.yaml")
    assert signatures.damaged(desk.root) == ()
    desk.put({"statement": text, "signature": signature[:150]}, "shop/production/cut.yaml")
    desk.put({"statement": text[:-20], "signature": signature}, "shop/production/short.yaml")
    desk.put({"statement": text.replace("manual", "launch"), "signature": signature}, "shop/production/other.yaml")
    desk.put({"statement": text, "signature": 3}, "shop/production/three.yaml")
    assert {one.file.rpartition("/")[2]: one.why for one in signatures.damaged(desk.root)} == {
        "cut.yaml": "its signature does not fit the statement, or was cut off",
        "other.yaml": "its signature does not fit the statement, or was cut off",
        "short.yaml": "the statement is not JSON",
        "three.yaml": "it is not a file with a `statement` and a `signature`",
    }


def test_of_what_is_over_nobody_asks_whether_it_is_whole_unless_it_is_a_no(desk):
    for is_rejection in (False, True):
        old = statement(signed=datetime(2020, 1, 1, tzinfo=UTC), is_rejection=is_rejection)
        desk.put({"statement": old.text, "signature": "cut off"}, f"shop/production/{is_rejection}.yaml")
    assert [one.file for one in signatures.damaged(desk.root)] == ["approvals/shop/production/True.yaml"]


def test_with_no_approvals_nothing_is_asked(tmp_path):
    assert signatures.read(tmp_path) == ((), (), ())


def test_a_folder_that_cannot_be_looked_into_may_hold_a_no_and_stops_everything(desk, monkeypatch):
    desk.put("", "shop/production/no.yaml")
    is_root = os.geteuid() == 0
    try:
        if is_root:
            os.seteuid(65534)
        else:
            (desk.root / "approvals/shop").chmod(0)
        with pytest.raises(WorldFailed, match="it cannot be read: permission denied\n  fix: "):
            signatures.read(desk.root)
    finally:
        os.seteuid(0) if is_root else (desk.root / "approvals/shop").chmod(0o700)


def test_a_pattern_of_principals_is_one_person(desk):
    desk.allow("*@jane")
    text = statement().text
    desk.put({"statement": text, "signature": desk.sign(text, "jane")})
    assert desk.read().signer == "*@jane"


def test_without_allowed_signers_nobody_counts(desk):
    text = statement().text
    desk.put({"statement": text, "signature": desk.sign(text, "jane")})
    assert desk.why() == "there is no approvals/allowed_signers that says whose word counts"


def test_a_stranger_does_not_count(desk):
    desk.allow("jane")
    text = statement().text
    desk.put({"statement": text, "signature": desk.sign(text, "mallory")})
    assert desk.why() == "its signer is not among the allowed signers, its key is not valid now, or the signature is damaged"


FIELDS: list[dict[str, Any]] = [
    {"application": "other"},
    {"channel": "staging"},
    {"topic": "board"},
    {"is_rejection": True},
    {"services": {"web": ("sha256:" + "3" * 64, "sha256:" + "2" * 64)}},
    {"services": {"web": ("sha256:" + "1" * 64, "sha256:" + "3" * 64)}},
    {"services": {"api": COVERED["web"]}},
    {"services": {**COVERED, "api": COVERED["web"]}},
    {"signed": NOW + timedelta(seconds=1)},
    {"expires": NOW + timedelta(days=700)},
]


@pytest.mark.parametrize("change", FIELDS, ids=["".join(change) for change in FIELDS])
def test_a_signature_for_another_statement_does_not_count(desk, change):
    desk.allow("jane")
    desk.put({"statement": statement(**change).text, "signature": desk.sign(statement().text, "jane")})
    assert desk.why() == "the signature of 'jane' does not fit the statement, or the key is not valid now"


def test_a_signature_made_for_git_does_not_count(desk):
    desk.allow("jane")
    text = statement().text
    desk.put({"statement": text, "signature": desk.sign(text, "jane", namespace="git")})
    assert desk.why().startswith("the signature of 'jane' does not fit")


@pytest.mark.parametrize("options", ['namespaces="git"', 'valid-before="20200101"', 'valid-after="20990101"'])
def test_a_key_that_may_not_approve_now_does_not_count(desk, options):
    desk.allow(f"jane {options}")
    text = statement().text
    desk.put({"statement": text, "signature": desk.sign(text, "jane")})
    assert isinstance(desk.read(), BadApproval)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "just text",
        "{",
        "statement: 3\nsignature: 4",
        "statement: hello",
        "a: !!python/object/new:os.system [id]",
        "\0",
        "[\n" * 5000,
        "[" * 50_000,
        "- " * 50_000,
        yaml.safe_dump({"statement": "[\n" * 50000, "signature": "x"}),
    ],
    ids=range(12),
)
def test_a_file_that_is_no_approval_proves_nothing(desk, content):
    desk.allow("jane")
    desk.put(content)
    assert isinstance(desk.read(), BadApproval)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("not json", "not JSON"),
        ("[]", "fields of an approval"),
        (statement().text.replace(',"topic":"manual"', ""), "fields of an approval"),
        (statement().text.replace('"decision":"approve"', '"decision":"maybe"'), "neither approve nor reject"),
        (statement().text.replace('"channel":"production"', '"channel":["production"]'), "not text"),
        (statement().text.replace("sha256:1", "sha256:x"), "no digest"),
        (statement().text.replace("2026-06-01T12:00:00Z", "yesterday"), "not a moment"),
        (statement().text.replace("pvn/v1", "pvn/v2"), "fields of an approval"),
        (statement().text.rstrip("\n"), "canonical spelling"),
        (statement().text.replace('{"api', '{ "api'), "canonical spelling"),
        (statement().text.replace('"topic":"manual"', '"topic":"manual","topic":"manual"'), "canonical spelling"),
    ],
)
def test_a_signed_text_that_is_not_exactly_a_statement_proves_nothing(desk, wrong, why):
    desk.allow("jane")
    desk.put({"statement": wrong, "signature": desk.sign(wrong, "jane")})
    assert why in desk.why()


def test_a_file_that_is_not_utf_8_proves_nothing(desk):
    desk.put("")
    (desk.root / "approvals/shop/production/a.yaml").write_bytes(b"statement: \xff")
    assert desk.why() == "it is not UTF-8 text"


def test_a_damaged_signature_proves_nothing(desk):
    desk.allow("jane")
    text = statement().text
    lines = desk.sign(text, "jane").splitlines()
    lines[2] = lines[2][::-1]
    desk.put({"statement": text, "signature": "\n".join(lines) + "\n"})
    assert isinstance(desk.read(), BadApproval)


def test_a_statement_reads_back_as_what_was_written():
    assert approvals.parse(statement().text) == statement()
