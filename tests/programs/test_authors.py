"""Whose change it is, as git has it: they may be kept from approving it."""

import subprocess

import pytest

from delivery.gates import decide
from delivery.instances import Approvals
from delivery.records import History
from delivery.unknown import Unknown
from evidence import authors
from tests.unit.made import APPROVED, approval, candidate, evidence

NEEDING = candidate(gates=(APPROVED,), approvals=Approvals(excludes_author=True))


@pytest.fixture
def repository(tmp_path):
    def git(*arguments, author="jane@example.com"):
        who = ["-c", "user.name=x", "-c", f"user.email={author}"]
        subprocess.run(["git", "-C", tmp_path, *who, *arguments], check=True, capture_output=True)

    git("init", "-q")
    (tmp_path / "releases").mkdir()
    for name, author in (("releases/shop.yaml", "joe@example.com"), ("README", "jane@example.com")):
        (tmp_path / name).write_text("x")
        git("add", "-A")
        git("commit", "-qm", "x", author=author)
    return tmp_path


def test_the_author_is_who_last_changed_what_runs(repository):
    assert authors.read(repository, [NEEDING]) == {"shop": "joe@example.com"}


def test_nobody_is_asked_where_authors_may_approve(tmp_path):
    assert authors.read(tmp_path, [candidate()]) == {}


def test_a_change_that_is_not_committed_is_nobodys(repository):
    (repository / "releases/shop.yaml").write_text("y")
    found = authors.read(repository, [NEEDING])["shop"]
    assert isinstance(found, Unknown)
    assert "is not committed" in found.why


def test_where_git_knows_nothing_nobody_is_the_author(tmp_path):
    assert isinstance(authors.read(tmp_path, [NEEDING])["shop"], Unknown)


def verdict(*approvals, author):
    found = evidence(candidate("staging"), *approvals, authors={} if author is None else {"shop": author})
    return decide(NEEDING, {"production": NEEDING}, History(), found)


def test_an_author_does_not_approve_their_own_change():
    said = verdict(approval(NEEDING, "Joe@Example.com"), author="joe@example.com")
    assert not said.is_open
    assert "who wrote the change and may not approve it" in said.shut[0].fact
    assert verdict(approval(NEEDING, "jane@example.com"), author="joe@example.com").is_open


@pytest.mark.parametrize("author", [None, Unknown("it is not committed", "git commit")])
def test_an_unknown_author_keeps_the_gate_shut_whoever_signs(author):
    assert not verdict(approval(NEEDING, "jane@example.com"), author=author).is_open
