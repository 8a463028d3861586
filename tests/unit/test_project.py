"""What `pvn check` says of Pulumi.yaml; all that Pulumi alone reads is left to Pulumi."""

import pytest

from delivery import project

GOOD = "name: shop\nruntime: python\n"


@pytest.fixture
def said(tmp_path):
    """Return what is said of a Pulumi.yaml in a project with a program in `program`."""
    (tmp_path / "program").mkdir()
    (tmp_path / "program/__main__.py").write_text("")
    (tmp_path / "empty").mkdir()

    def of(text):
        (tmp_path / "Pulumi.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
        return "\n".join(map(str, project.look(tmp_path)))

    return of


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "name: shop\nruntime: {name: python, options: {virtualenv: .venv}}\n",
        f"{GOOD}main: program\n",
        f"{GOOD}main: program/\n",
        f"{GOOD}main: program/__main__.py\n",
        f"{GOOD}main:\n",
        "name: shop\nruntime: nodejs\nmain: bin/index\n",
        f"{GOOD}something: new\nconfig:\n  aws:region: eu-west-1\n  replicas: {{type: integer, default: 3}}\n",
        f"{GOOD}description: !of-pulumi text\n---\nname: another\n",
    ],
)
def test_what_pulumi_takes_and_we_can_run_is_not_refused(said, text):
    assert said(text) == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Pulumi.yaml: the file is empty\n  fix: "),
        ("name: [\n", "Pulumi.yaml:1:7: not valid YAML: "),
        (b"name: \xff\n", "Pulumi.yaml:1:7: the file is not UTF-8: byte 0xff\n  fix: save it as UTF-8"),
        ("- name\n", "Pulumi.yaml:1:1: a project is a mapping\n  fix: write `name: …` and `runtime: python`"),
        ("runtime: python\n", "Pulumi.yaml:1:1: `name` is missing\n  fix: add `name: …`"),
        ("name:\nruntime: python\n", "Pulumi.yaml:1:1: `name` is missing\n  fix: add `name: …`"),
        (
            "runtime: python\nnmae: shop\n",
            "Pulumi.yaml:2:1: `name` is missing, and there is `nmae`\n  fix: did you mean 'name'?",
        ),
        ("name: 3\nruntime: python\n", "Pulumi.yaml:1:7: `name` must be text, and not empty\n  fix: write it in quotes"),
        ("name: shop\n", "Pulumi.yaml:1:1: `runtime` is missing\n  fix: add `runtime: python`"),
        ("name: shop\nruntimes: python\n", "Pulumi.yaml:2:1: `runtime` is missing, and there is `runtimes`\n  fix: did you"),
        (
            "name: shop\nruntime: {options: {}}\n",
            "Pulumi.yaml:2:10: `name` of the runtime is missing\n  fix: add `name: python`",
        ),
        (
            f"{GOOD}main: progam\n",
            "there is no folder 'progam', where the program should be\n  fix: did you mean 'program'?",
        ),
        (
            f"{GOOD}main: ./progam\n",
            "Pulumi.yaml:3:7: there is no folder './progam', where the program should be\n  fix: did",
        ),
        (f"{GOOD}main: /nowhere/at/all\n", "fix: name the folder that holds the program's __main__.py"),
        (f"{GOOD}main: empty\n", "Pulumi.yaml:3:7: there is no __main__.py in 'empty'\n  fix: name the folder that holds"),
        (
            f"{GOOD}config:\n  pvn:runtims: []\n",
            "Pulumi.yaml:4:3: there is no key `pvn:runtims` in a stack's config\n  fix: did you",
        ),
        (
            f"{GOOD}config:\n  pvn:runtimes: []\n",
            "Pulumi.yaml:4:3: `pvn:runtimes` says what a stack consists of\n  fix: move it",
        ),
        (
            "name: pvn\nruntime: python\nconfig: {maxDeletions: 3}\n",
            "Pulumi.yaml:3:10: `maxDeletions` says what a stack consists",
        ),
    ],
)
def test_what_keeps_an_update_from_beginning_has_its_place_and_its_words(said, text, words):
    assert words in said(text)


def test_everything_wrong_is_said_at_once(said):
    assert said("main: nowhere\nruntime: {nmae: python}\nconfig: {pvn:x: 1}\n").count("fix: ") == 3


def test_the_name_is_that_under_which_states_are_kept(said, tmp_path):
    assert project.name(tmp_path) is None
    for text, name in ((GOOD, "shop"), ("name: 3\n", "3"), ("[", None), ("runtime: python\n", None)):
        said(text)
        assert project.name(tmp_path) == name
