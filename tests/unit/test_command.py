"""The verbs that need no engine, on copies of the shipped tree; what is said is compared whole."""

import importlib
import json
import re
import shlex

import pytest
import yaml

from delivery.problems import WorldFailed
from pvn import release_file
from pvn.command import VERBS
from tests.console import CHECKOUT

HOME = "docker.io/my-company/my-backend"
BROKEN = "it begins as a digest does, and goes on with something else than 64 characters of 0-9 and a-f"
HINT = f"write a tag, a digest, or a full reference of {HOME}"


def test_a_sound_project_is_said_to_be_one(project, pvn):
    code, out, err = pvn("check")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "all is well: 3 services, 6 service instances",
        "nobody may sign yet, and applications/my-app/my-app.pvn.yaml:20:11 waits for it",
        "  next: name who may in approvals/allowed_signers, a line for each",
    ]


def test_check_tells_machines_too(project, pvn):
    code, out, _ = pvn("check", "--output", "json")
    assert (code, json.loads(out)) == (0, {"problems": [], "services": 3, "instances": 6})


def test_everything_wrong_is_said_at_once_with_place_problem_and_fix(project, pvn):
    application = project / "applications/my-app/my-app.pvn.yaml"
    application.write_text(application.read_text().replace("kubernetes-production", "kubernetes-prodution"))
    backend = project / "applications/my-app/services/my-backend/deployment.yaml"
    backend.write_text(backend.read_text().replace("{{.Params.image}}", "{{.Params.imaeg}}"))
    code, out, err = pvn("check")
    assert (code, out) == (1, "")
    assert err == (
        "applications/my-app/my-app.pvn.yaml:13:20: no stack file declares a runtime 'kubernetes-prodution'\n"
        "  fix: did you mean 'kubernetes-production'?\n"
    )
    application.write_text(application.read_text().replace("kubernetes-prodution", "kubernetes-production"))
    code, _, err = pvn("check")
    assert code == 1
    assert err.startswith("applications/my-app/services/my-backend/deployment.yaml:21:21: ")
    assert "did you mean 'image'?" in err


def test_problems_are_told_to_machines_one_by_one(project, pvn):
    (project / "releases/my-app.yaml").write_text("release: {application: my-app}\n")
    code, out, _ = pvn("check", "-o", "json")
    problems = json.loads(out)["problems"]
    assert code == 1
    assert len(problems) == 4
    assert problems[0]["fix"] == "pvn release my-app --service my-backend --param image=sha256:…"


def test_render_needs_no_engine_and_shows_what_a_channel_would_get(project, pvn):
    code, out, _ = pvn("render", "my-app", "--channel", "production", "--service", "my-backend")
    found = [one for one in yaml.safe_load_all(out) if one]
    assert code == 0
    assert [one["kind"] for one in found] == ["ConfigMap", "Service", "Deployment"]
    assert found[0]["data"] == {"logLevel": "info", "publicUrl": "https://api.example.com"}
    assert found[2]["metadata"]["labels"]["prodvana.io/release-channel"] == "production"
    assert found[2]["spec"]["replicas"] == 2


def test_render_differs_between_channels_only_as_the_tree_says(project, pvn):
    _, out, _ = pvn("render", "-o", "json", "-s", "my-backend")
    found = json.loads(out)
    staging, production = found["my-app/staging/my-backend"], found["my-app/production/my-backend"]
    assert staging["version"] == production["version"]
    assert staging["manifests"] != production["manifests"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["render", "my-ap"], "there is no application 'my-ap'\n  fix: did you mean 'my-app'?"),
        (["render", "-c", "prod"], "there is no release channel 'prod'\n  fix: did you mean 'production'?"),
        (["release", "my-ap", "-s", "x", "-p", "a=b"], "there is no application 'my-ap'\n  fix: did you mean 'my-app'?"),
        (["release", "my-app", "-s", "my-backnd", "-p", "a=b"], "did you mean 'my-backend'?"),
        (["release", "my-app", "-s", "my-backend", "-p", "imge=b"], "did you mean 'image'?"),
        (["approve", "my-app", "-c", "producton"], "did you mean 'production'?"),
        (["approve", "my-app", "-c", "staging"], "nothing in channel 'staging' of 'my-app' asks for approval"),
        (["approve", "my-app", "-c", "production", "-s", "my-fronted"], "did you mean 'my-frontend'?"),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_the_near_one(project, pvn, arguments, said):
    code, out, err = pvn(*arguments)
    assert (code, out) == (1, "")
    assert said in err


def test_a_release_changes_one_value_and_keeps_the_comments(project, pvn):
    file = project / "releases/my-app.yaml"
    file.write_text("# who, what, when\n" + file.read_text())
    digest = "sha256:" + "7" * 64
    code, out, _ = pvn("release", "my-app", "--service", "my-backend", "--param", f"image={digest}")
    assert (code, out) == (0, "releases/my-app.yaml: changed\n")
    assert file.read_text().startswith("# who, what, when\n")
    assert yaml.safe_load(file.read_text())["release"]["services"]["my-backend"]["parameters"]["image"] == digest
    assert (
        pvn("release", "my-app", "-s", "my-backend", "-p", f"image={digest}")[1]
        == "releases/my-app.yaml: nothing to change\n"
    )


def test_a_release_may_be_for_one_channel_and_says_where_it_came_from(project, pvn):
    pvn("release", "my-app", "-s", "my-backend", "-p", "replicas=5", "-c", "production", "--source-commit", "9f3c")
    found = yaml.safe_load((project / "releases/my-app.yaml").read_text())["release"]
    assert {"releaseChannel": "production", "parameters": {"replicas": 5}} in found["services"]["my-backend"][
        "perReleaseChannel"
    ]
    assert found["source"] == {"commit": "9f3c"}


def test_a_release_that_would_not_work_leaves_the_file_as_it_was(project, pvn):
    before = (project / "releases/my-app.yaml").read_text()
    code, _, err = pvn("release", "my-app", "-s", "my-backend", "-p", "image=docker.io/somebody/else:v1")
    assert code == 2
    assert "takes images of 'docker.io/my-company/my-backend'" in err
    assert (project / "releases/my-app.yaml").read_text() == before
    assert sorted(path.name for path in (project / "releases").iterdir()) == ["my-app.yaml", "my-other-app.yaml"]


@pytest.mark.parametrize(("mark", "end"), [("", "\r\n"), ("\ufeff", "\n"), ("\ufeff", "\r\n")])
def test_a_release_keeps_the_line_ends_of_its_file(project, pvn, mark, end):
    file = project / "releases/my-app.yaml"
    file.write_text(mark + file.read_text(), encoding="utf-8", newline=end)
    assert pvn("release", "my-app", "-s", "my-backend", "-p", "replicas=5")[0] == 0
    written = file.read_bytes().decode()
    assert written.count(end) == written.count("\n")
    assert pvn("check")[0] == 0


def test_a_file_that_cannot_be_written_is_named_without_a_traceback(tmp_path):
    (tmp_path / "releases").write_text("")
    file = tmp_path / "releases/shop.yaml"
    with pytest.raises(WorldFailed, match=f"{re.escape(str(file))}: it cannot be written: .*\n  fix: "):
        release_file.write(file, "release:\n")


@pytest.mark.parametrize(
    "release",
    [
        "release: {application: my-app, services: null}",
        "release: {application: my-app, services: {my-backend: {parameters: null, perReleaseChannel: null}}}",
    ],
)
def test_a_release_with_empty_blocks_takes_values_all_the_same(project, pvn, release):
    (project / "releases/my-app.yaml").write_text(release)
    code, _, err = pvn("release", "my-app", "-s", "my-backend", "-c", "staging", "-p", "image=v1")
    assert code == 1
    assert "service 'my-frontend' needs the parameter 'image'" in err
    assert (project / "releases/my-app.yaml").read_text() == release


@pytest.mark.parametrize(
    ("param", "said"),
    [
        (f"replicas={'1' * 5000}", "--param replicas: it takes a whole number"),
        ("replicas=abc", "--param replicas: it takes a whole number"),
        (
            "image=sha256:4c1f",
            f"--param image: {BROKEN}; {HINT}",
        ),
        (
            "image=docker.io/other/app:1",
            f"--param image: it is an image of 'docker.io/other/app', this parameter takes images of '{HOME}'; {HINT}",
        ),
        ("image=", "--param image= has no value"),
        ("=4", "--param '=4' is not NAME=VALUE"),
    ],
    ids=["too large", "no number", "half a digest", "another repository", "nothing", "no name"],
)
def test_a_value_that_its_parameter_could_never_have_is_a_mistake_of_the_command_line(project, pvn, param, said):
    before = (project / "releases/my-app.yaml").read_text()
    code, _, err = pvn("release", "my-app", "-s", "my-backend", "-p", param)
    assert code == 2
    assert err.endswith(f"Error: {said}\n")
    assert (project / "releases/my-app.yaml").read_text() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["release", "my-app", "--channel"], "Option '--channel' requires an argument."),
        (["rollback", "my-app", "-c"], "Option '-c' requires an argument."),
        (["--project"], "Option '--project' requires an argument."),
        (["check", "extra"], "check takes no argument: leave 'extra' out"),
        (
            ["release", "my-app", "my-backend", "x", "-s", "y"],
            "release takes one argument, APPLICATION: leave 'my-backend', 'x' out",
        ),
    ],
)
def test_whoever_calls_it_wrongly_is_told_how_it_is_called(pvn, arguments, said):
    code, out, err = pvn(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("Usage: pvn ")
    assert err.endswith(f"\n\nError: {said}\n")


def test_whoever_asks_for_help_gets_it_whatever_else_is_there(pvn):
    code, out, _ = pvn("check", "extra", "--help")
    assert code == 0
    assert out.startswith("Usage: pvn check")


def test_outside_of_a_project_it_says_where_to_go(tmp_path, pvn, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = pvn("check")
    assert code == 1
    fix = "go to a project's folder, name one: pvn -C FOLDER …, or begin one: pvn init"
    assert err == f"{tmp_path}: there is no Pulumi.yaml here or above\n  fix: {fix}\n"


def test_a_project_may_be_named(project, pvn, monkeypatch, tmp_path_factory):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert pvn("-C", str(project), "check")[0] == 0


def test_a_project_is_named_once(project, pvn):
    code, _, err = pvn("-C", str(project), "--project", ".", "check")
    assert (code, "say --project once: it takes one value" in err) == (2, True)


def test_a_misspelt_verb_is_a_usage_error_with_the_near_one(pvn):
    code, _, err = pvn("chek")
    assert code == 2
    assert "there is no verb 'chek': did you mean 'check'?" in err


@pytest.mark.parametrize("verb", list(VERBS))
def test_every_verb_explains_itself_with_an_example(pvn, verb):
    code, out, _ = pvn(verb, "--help")
    assert code == 0
    assert "Example: pvn " in out


@pytest.mark.parametrize("verb", list(VERBS))
def test_the_example_of_a_verb_is_a_command_line_that_it_takes(verb):
    command = importlib.import_module(f"pvn.{verb}").command
    (example,) = re.findall(r"Example: pvn (\S+) ?([^>\n]*)", command.help)
    assert example[0] == verb
    command.make_context(verb, shlex.split(example[1]))


def test_schema_prints_what_editors_read(pvn):
    printed = (CHECKOUT / "docs/schemas/release.json").read_text()
    assert pvn("schema", "release") == (0, printed, "")


def test_a_kind_of_file_that_has_no_schema_is_a_wrong_command_line(pvn):
    code, _, err = pvn("schema", "manifest")
    assert (code, err.splitlines()[-1]) == (
        2,
        "Error: Invalid value for '[pvn|release|stack]': 'manifest' is not one of 'pvn', 'release', 'stack'.",
    )
