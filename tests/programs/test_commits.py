"""Ranges of commits, asked of real git in real repositories."""

import shutil
import subprocess

import pytest

from delivery.instances import Check, CommitDenylist, Commits, Stage
from delivery.structs import replace
from delivery.unknown import Unknown
from evidence import commits
from tests.console import Terminal
from tests.unit.made import HERE, candidate

SHOP = "github.com/acme/shop"


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A repository with the commits one to four on its branch: made once, copied for each test."""
    home = tmp_path_factory.mktemp("commits")
    made = Terminal(home / "repository", home)
    made.project.mkdir()
    for name in ("one", "two", "three", "four"):
        (made.project / "kept.txt").write_text(name)
        made.commit(name)
        made.must(f"git tag {name}")
    return made.project


@pytest.fixture
def terminal(repository, tmp_path):
    """A shell in a copy of the repository."""
    return Terminal(shutil.copytree(repository, tmp_path / "repository"), tmp_path)


def named(terminal, *names: str) -> list[str]:
    """The full names of commits."""
    return [terminal.must(f"git rev-parse {name}^0").strip() for name in names]


def asked(terminal, denied: Commits, released: str | Unknown | None = "c" * 40):
    of = candidate()
    check = Check("guard", Stage.PRE_APPROVAL, CommitDenylist(SHOP, (denied,), released), HERE)
    guarded = replace(of, instance=replace(of.instance, checks=(check,)))
    return commits.read(terminal.project, [guarded])


def test_a_range_begins_after_its_start_and_ends_with_its_end(terminal):
    one, two, three = named(terminal, "one", "two", "three")
    denied = Commits(three, one)
    assert asked(terminal, denied) == {denied: frozenset({two, three})}


def test_abbreviated_names_are_as_good(terminal):
    one, two = named(terminal, "one", "two")
    denied = Commits(two[:8], one[:8])
    assert asked(terminal, denied) == {denied: frozenset({two})}


def test_a_branch_cannot_pass_itself_off_as_an_abbreviated_commit(terminal):
    one, three = named(terminal, "one", "three")
    terminal.must(f"git branch {three[:8]} {one}")
    assert three in asked(terminal, denied := Commits(three[:8], one))[denied]


def test_a_replaced_commit_is_seen_as_it_was_committed(terminal):
    one, two, three = named(terminal, "one", "two", "three")
    terminal.must(f"git replace --graft {three} {one}")
    assert two in asked(terminal, denied := Commits(three, one))[denied]


def test_what_was_merged_is_in_the_range(terminal):
    terminal.must("git checkout --quiet -b side one")
    (terminal.project / "side.txt").write_text("")
    terminal.commit("side")
    (side,) = named(terminal, "side")
    terminal.must("git checkout --quiet main && git merge --quiet --no-edit side")
    two, end = named(terminal, "two", "HEAD")
    assert side in asked(terminal, denied := Commits(end, two))[denied]


@pytest.mark.parametrize("which", ["start", "end"])
def test_a_commit_that_git_does_not_know_leaves_the_range_unknown(terminal, which):
    (one,) = named(terminal, "one")
    denied = Commits("f" * 40, one) if which == "end" else Commits(one, "f" * 40)
    found = asked(terminal, denied)[denied]
    assert found == Unknown(f"git knows no commit {'f' * 40} here", f"git fetch https://{SHOP}")


def test_an_object_that_is_no_commit_is_no_commit(terminal):
    one, tree = named(terminal, "one")[0], terminal.must("git rev-parse one^{tree}").strip()
    assert isinstance(asked(terminal, denied := Commits(tree, one))[denied], Unknown)


def test_a_clone_without_its_past_cannot_tell(terminal, tmp_path):
    one, four = named(terminal, "one", "four")
    shallow = Terminal(tmp_path / "shallow", tmp_path)
    subprocess.run(["git", "clone", "--quiet", "--depth=1", f"file://{terminal.project}", shallow.project], check=True)
    found = asked(shallow, denied := Commits(four, one))[denied]
    assert isinstance(found, Unknown)
    assert found.next == "git fetch --unshallow"


def test_a_project_that_is_in_no_repository_cannot_tell(tmp_path):
    bare = Terminal(tmp_path / "bare", tmp_path)
    bare.project.mkdir()
    found = asked(bare, denied := Commits("b" * 40, "a" * 40))[denied]
    assert isinstance(found, Unknown)
    assert found.why.startswith("the project is not in a git repository")


def test_a_commit_whose_objects_are_damaged_cannot_be_told(terminal):
    one, two, four = named(terminal, "one", "two", "four")
    (terminal.project / ".git/objects" / two[:2] / two[2:]).unlink()
    assert isinstance(asked(terminal, denied := Commits(four, one))[denied], Unknown)


@pytest.mark.parametrize("released", [None, Unknown("nobody says", "pvn release")])
def test_git_is_not_asked_where_the_answer_would_not_matter(terminal, released):
    assert asked(terminal, Commits("b" * 40, "a" * 40), released) == {}


def test_a_single_commit_needs_no_git(terminal):
    assert asked(terminal, Commits("b" * 40)) == {}
