import pytest

from delivery.problems import Refused, WorldFailed
from evidence import git, history
from tests.console import Terminal


@pytest.fixture
def terminal(tmp_path):
    made = Terminal(tmp_path / "repository", tmp_path)
    made.project.mkdir()
    (made.project / "kept.txt").write_text("one")
    made.commit()
    return made


def test_the_base_is_what_was_committed_and_not_what_is_here(terminal):
    (terminal.project / "kept.txt").write_text("two")
    (terminal.project / "new.txt").write_text("")
    with history.base(terminal.project, "main") as base:
        assert (base.root / "kept.txt").read_text() == "one"
        assert not (base.root / "new.txt").exists()
        assert base.commit == terminal.must("git rev-parse main").strip()
    assert not base.root.exists()


def test_neither_the_working_tree_nor_the_index_is_touched(terminal):
    (terminal.project / "kept.txt").write_text("two")
    (terminal.project / "staged.txt").write_text("")
    terminal.must("git add staged.txt")
    before = terminal.must("git status --porcelain && sha256sum .git/index && git worktree list && git stash list")
    with history.base(terminal.project, "main"):
        pass
    assert terminal.must("git status --porcelain && sha256sum .git/index && git worktree list && git stash list") == before


def test_what_the_other_branch_did_meanwhile_is_not_taken_for_a_change_here(terminal):
    terminal.must("git checkout --quiet -b work")
    (terminal.project / "mine.txt").write_text("")
    terminal.commit("Mine")
    terminal.must("git checkout --quiet main")
    (terminal.project / "theirs.txt").write_text("")
    terminal.commit("Theirs")
    terminal.must("git checkout --quiet work")
    with history.base(terminal.project, "main") as base:
        assert [one.name for one in base.root.iterdir()] == ["kept.txt"]


def test_where_there_is_no_common_past_the_named_commit_itself_is_the_base(terminal):
    terminal.must("git checkout --quiet --orphan other && git commit --quiet --allow-empty --message Other")
    with history.base(terminal.project, "main") as base:
        assert base.commit == terminal.must("git rev-parse main").strip()


def test_a_project_below_the_top_of_its_repository_has_a_base_below_it_too(terminal):
    (terminal.project / "deploy").mkdir()
    (terminal.project / "deploy/Pulumi.yaml").write_text("")
    terminal.commit("Deploy")
    with history.base(terminal.project / "deploy", "main") as base:
        assert [one.name for one in base.root.iterdir()] == ["Pulumi.yaml"]
    with history.base(terminal.project / "deploy", "main~1") as base:
        assert base.root.is_dir()
        assert list(base.root.iterdir()) == []


def test_a_base_comes_out_as_a_checkout_would_write_it(terminal):
    (terminal.project / ".gitattributes").write_text("*.crlf text eol=crlf\nhidden.txt export-ignore\n")
    (terminal.project / "lines.crlf").write_bytes(b"a\r\n")
    (terminal.project / "hidden.txt").write_text("")
    terminal.commit("Attributes")
    with history.base(terminal.project, "main") as base:
        assert (base.root / "lines.crlf").read_bytes() == b"a\r\n"
        assert (base.root / "hidden.txt").exists()


def test_what_nobody_asked_for_at_first_is_left_out_until_somebody_does(terminal):
    for name in ("deploy/Pulumi.yaml", "deploy/applications/a \udcff\nb/c.yaml", "deploy/program/big.bin"):
        (terminal.project / name).parent.mkdir(parents=True, exist_ok=True)
        (terminal.project / name).write_text("one")
    terminal.commit()
    with history.base(terminal.project / "deploy", "main", ["applications", "Pulumi.*"]) as base:
        files = [path.relative_to(base.root) for path in base.root.rglob("*") if path.is_file()]
        assert sorted(map(str, files)) == ["Pulumi.yaml", "applications/a \udcff\nb/c.yaml"]
        whole = base.whole()
        assert (whole / "program/big.bin").read_text() == "one"
    assert not base.root.exists()
    assert not whole.exists()
    with history.base(terminal.project, "main", ["nothing"]) as base:
        assert list(base.root.iterdir()) == []


def test_a_base_for_which_there_is_no_room_in_memory_goes_to_the_disk(terminal, monkeypatch):
    monkeypatch.setattr(history, "MEMORY", "/nowhere")
    with history.base(terminal.project, "main", ["kept.txt"]) as base:
        assert (base.root / "kept.txt").read_text() == "one"
    monkeypatch.setattr(history, "MEMORY", str(terminal.project.parent))
    said, places = git.said, []

    def without_room(root, *arguments, **more):
        if arguments[0] == "checkout-index":
            places.append(arguments[3])
            if len(places) == 1:
                raise WorldFailed("git checkout-index", "no space left on device", "make room")
        return said(root, *arguments, **more)

    monkeypatch.setattr(git, "said", without_room)
    with history.base(terminal.project, "main", ["kept.txt"]) as base:
        assert (base.root / "kept.txt").read_text() == "one"
    assert len(set(places)) == 2


@pytest.mark.parametrize("ref", ["nowhere", "", "--all", "main^{tree}", "main..main"])
def test_a_name_that_is_no_commit_is_refused(terminal, ref):
    with pytest.raises(Refused, match="git knows no commit"), history.base(terminal.project, ref):
        pass


@pytest.mark.parametrize(
    ("ref", "fix"),
    [
        ("HEAD~100", "name one of those that git log --oneline HEAD shows, 2 in all"),
        ("work^2", "name one of those that git log --oneline work shows, 2 in all"),
        ("wrok", "did you mean 'work'? or fetch it: git fetch origin"),
        ("wrok~1", "did you mean 'work'? or fetch it: git fetch origin"),
        (
            "origin/main",
            "fetch it (git fetch origin), or name a branch, a tag or a commit that is here: git log --oneline --all",
        ),
    ],
)
def test_a_commit_that_is_not_here_comes_with_a_way_to_it(terminal, ref, fix):
    terminal.must("git checkout --quiet -b work")
    terminal.commit("Mine")
    with pytest.raises(Refused) as refused, history.base(terminal.project, ref):
        pass
    assert str(refused.value) == f"--base: git knows no commit {ref!r} here\n  fix: {fix}"


def test_a_clone_without_its_past_is_told_how_to_get_that(terminal):
    terminal.commit("Another")
    terminal.must("git clone --quiet --depth 1 file://$PWD ../shallow")
    with pytest.raises(Refused) as refused, history.base(terminal.project.parent / "shallow", "HEAD~1"):
        pass
    assert "  fix: this clone has only the newest commits: git fetch --unshallow; in a workflow, fetch-depth: 0" in str(
        refused.value
    )


def test_a_project_outside_of_git_is_told_so(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(Refused, match="not in a git repository"), history.base(tmp_path, "main"):
        pass


def test_without_git_there_is_no_base(terminal, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(WorldFailed, match="install git"), history.base(terminal.project, "main"):
        pass
