"""The verbs that need no engine, on copies of the shipped tree; what is said is compared whole."""

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from delivery.problems import WorldFailed
from pvn import release_file
from pvn.command import _VERBS, main

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path, monkeypatch):
    for name in ("applications", "releases", "approvals"):
        shutil.copytree(CHECKOUT / name, tmp_path / name)
    for name in ("Pulumi.yaml", "Pulumi.staging.yaml", "Pulumi.production.yaml"):
        shutil.copy(CHECKOUT / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def pvn(capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


def test_a_sound_project_is_said_to_be_one(project, pvn):
    assert pvn("check") == (0, "all is well: 3 services, 6 service instances\n", "")


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
    assert code == 1
    assert "takes images of 'docker.io/my-company/my-backend'" in err
    assert (project / "releases/my-app.yaml").read_text() == before
    assert sorted(path.name for path in (project / "releases").iterdir()) == ["my-app.yaml", "my-other-app.yaml"]


def key(folder, name="key"):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    return folder / name


def test_an_approval_is_written_only_if_it_would_count(project, pvn, tmp_path):
    code, _, err = pvn("approve", "my-app", "-c", "production", "-k", str(key(tmp_path)), "--yes")
    assert code == 1
    assert "approvals/allowed_signers: your signature would not count" in err
    assert [path.name for path in (project / "approvals").rglob("*") if path.is_file()] == ["allowed_signers"]


def test_an_approval_names_exactly_what_the_channel_would_get(project, pvn, tmp_path):
    mine = key(tmp_path)
    (project / "approvals/allowed_signers").write_text(f"jane {mine.with_suffix('.pub').read_text()}")
    code, out, _ = pvn("approve", "my-app", "-c", "production", "-s", "my-frontend", "-k", str(mine), "-y", "-o", "json")
    assert code == 0
    (file,) = json.loads(out)["files"]
    statement = json.loads(yaml.safe_load((project / file).read_text())["statement"])
    rendered = json.loads(pvn("render", "-o", "json")[1])["my-app/production/my-frontend"]
    assert statement["services"] == {"my-frontend": {name: rendered[name] for name in ("version", "manifests")}}
    assert (statement["decision"], statement["topic"], statement["channel"]) == ("approve", "manual", "production")


def test_two_approvals_in_one_second_are_two_files(project, pvn, tmp_path):
    mine = key(tmp_path)
    (project / "approvals/allowed_signers").write_text(f"jane {mine.with_suffix('.pub').read_text()}")
    application = project / "applications/my-app/my-app.pvn.yaml"
    odd = "- sharedManualApproval: {name: board}\n        - sharedManualApproval: {name: security}"
    application.write_text(application.read_text().replace("- manualApproval: {}", odd))
    code, out, _ = pvn("approve", "my-app", "-c", "production", "-k", str(mine), "-y", "-o", "json")
    assert code == 0
    files = json.loads(out)["files"]
    assert len({yaml.safe_load((project / file).read_text())["statement"] for file in files}) == 2
    assert {(project / file).parent for file in files} == {project / "approvals/my-app/production"}


@pytest.mark.parametrize("named", ["key::ssh-rsa " + "A" * 500, "~nobody-of-that-name/key", ""])
def test_a_signing_key_of_git_that_is_no_file_is_passed_over(project, pvn, monkeypatch, tmp_path, named):
    for name, value in {"COUNT": "1", "KEY_0": "user.signingkey", "VALUE_0": named}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    code, _, err = pvn("approve", "my-app", "-c", "production", "-y")
    assert code == 1
    assert "there is no SSH key to sign with" in err


def test_a_file_where_a_folder_should_be_is_named_without_a_traceback(project, pvn, tmp_path):
    mine = key(tmp_path)
    shutil.rmtree(project / "approvals")
    (project / "approvals").write_text("")
    code, _, err = pvn("approve", "my-app", "-c", "production", "-k", str(mine), "-y")
    assert code == 4
    assert f"{project}/approvals/my-app/production: not a directory\n  fix: " in err


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


def test_a_number_that_nothing_could_hold_is_refused(project, pvn):
    code, _, err = pvn("release", "my-app", "-s", "my-backend", "-p", f"replicas={'1' * 5000}")
    assert code == 1
    assert "parameter 'replicas'" in err


def test_outside_of_a_project_it_says_where_to_go(tmp_path, pvn, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = pvn("check")
    assert code == 1
    fix = "go to a project's folder, or name one: pvn -C FOLDER …"
    assert err == f"{tmp_path}: there is no Pulumi.yaml here or above\n  fix: {fix}\n"


def test_a_project_may_be_named(project, pvn, monkeypatch, tmp_path_factory):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert pvn("-C", str(project), "check")[0] == 0


def test_a_misspelt_verb_is_a_usage_error_with_the_near_one(pvn):
    code, _, err = pvn("chek")
    assert code == 2
    assert "there is no verb 'chek': did you mean 'check'?" in err


@pytest.mark.parametrize("verb", list(_VERBS))
def test_every_verb_explains_itself_with_an_example(pvn, verb):
    code, out, _ = pvn(verb, "--help")
    assert code == 0
    assert "Example: pvn " in out


def test_rendering_imports_neither_the_engine_nor_a_cluster_client():
    probe = (
        "import sys\nfrom pvn.command import _VERBS, main\n"
        "try: main(['-C', sys.argv[1], 'render'])\nexcept SystemExit: pass\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'pulumi', 'grpc', 'lightkube', 'httpx2', 'rich'}))"
    )
    done = subprocess.run([sys.executable, "-c", probe, str(CHECKOUT)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_whoever_stops_reading_early_gets_no_traceback():
    command = f"{sys.executable} -m pvn -C {CHECKOUT} render | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_terminal_without_all_characters_gets_others_in_their_place(project, encoding, monkeypatch):
    # the state of a stack that was never made, and a cluster that nobody has to ask
    (project / "pulumi").write_text("#!/bin/sh\necho 'error: no stack named so' >&2; exit 1\n")
    (project / "pulumi").chmod(0o755)
    monkeypatch.setenv("PATH", f"{project}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    for verb in ("status", "why"):
        command = [sys.executable, "-m", "pvn", verb, "my-app"]
        done = subprocess.run(command, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (3, b"")
        assert b"manualApproval: 0 of 1 approvals" in done.stdout


def test_whoever_presses_control_c_while_it_is_still_being_loaded_gets_no_traceback(tmp_path):
    # a library that takes its time, and is interrupted in it
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt")
    command = [sys.executable, "-m", "pvn", "check"]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_whoever_presses_control_c_gets_no_traceback(project):
    command = [sys.executable, "-m", "pvn", "approve", "my-app", "--channel", "production"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()  # it has shown what would be signed, and asks
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in said


@pytest.mark.parametrize(("variables", "is_coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_there_is_colour_only_where_a_terminal_is_and_wants_it(project, variables, is_coloured):
    for command in (
        ["init", "--quiet"],
        ["add", "--all"],
        ["-c", "user.name=x", "-c", "user.email=x", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *command], cwd=project, check=True)
    (project / "releases/my-app.yaml").write_text(
        (project / "releases/my-app.yaml").read_text().replace("replicas: 1", "replicas: 4")
    )
    child, terminal = pty.openpty()
    command = [sys.executable, "-m", "pvn", "diff", "--base", "HEAD"]
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | variables
    subprocess.run(command, env=environment, stdout=terminal, check=True)
    os.close(terminal)
    assert (b"\x1b[32m" in os.read(child, 65536)) is is_coloured
    os.close(child)
    assert "\x1b" not in subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def test_schema_prints_what_editors_read(pvn):
    printed = (CHECKOUT / "docs/schemas/release.json").read_text()
    assert pvn("schema", "release") == (0, printed, "")


def test_a_kind_of_file_that_has_no_schema_is_a_wrong_command_line(pvn):
    code, _, err = pvn("schema", "manifest")
    assert (code, err.splitlines()[-1]) == (
        2,
        "Error: Invalid value for '[pvn|release|stack]': 'manifest' is not one of 'pvn', 'release', 'stack'.",
    )
