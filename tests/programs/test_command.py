"""The verbs that sign, and the command as a process: with keys, a terminal, a pipe and a Ctrl-C that are real."""

import contextlib
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys

import pytest
import yaml

from tests import console
from tests.console import CHECKOUT


def key(folder, name="key"):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    return folder / name


def allowed(project, folder):
    """Return a key of Jane's, who may sign."""
    mine = key(folder)
    (project / "approvals/allowed_signers").write_text(f"jane {mine.with_suffix('.pub').read_text()}")
    return mine


@pytest.fixture
def unreleased(tmp_path, monkeypatch):
    """A `pulumi` that knows no stack yet."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/pulumi").write_text("#!/bin/sh\necho 'error: no stack named so' >&2; exit 1\n")
    (tmp_path / "bin/pulumi").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")


@pytest.mark.usefixtures("unreleased")
@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_whose_signature_would_not_count_is_told_the_line_to_add_before_anything_is_shown(project, pvn, tmp_path, verb):
    mine = key(tmp_path)
    code, out, err = pvn(verb, "my-app", "-c", "production", "-k", str(mine), "--yes")
    assert (code, out) == (1, "")
    assert "approvals/allowed_signers: your signature would not count: your key is not among the allowed signers" in err
    line = err.splitlines()[-1]
    assert line.endswith(" ".join(mine.with_suffix(".pub").read_text().split()[:2]))
    assert [path.name for path in (project / "approvals").rglob("*") if path.is_file()] == ["allowed_signers"]


@pytest.mark.usefixtures("unreleased")
def test_an_approval_names_exactly_what_the_channel_would_get(project, pvn, tmp_path):
    mine = allowed(project, tmp_path)
    code, out, _ = pvn("approve", "my-app", "-c", "production", "-s", "my-frontend", "-k", str(mine), "-y", "-o", "json")
    assert code == 0
    (file,) = json.loads(out)["files"]
    statement = json.loads(yaml.safe_load((project / file).read_text())["statement"])
    rendered = json.loads(pvn("render", "-o", "json")[1])["my-app/production/my-frontend"]
    assert statement["services"] == {"my-frontend": {name: rendered[name] for name in ("version", "manifests")}}
    assert (statement["decision"], statement["topic"], statement["channel"]) == ("approve", "manual", "production")


def test_nobody_signs_for_an_image_that_may_be_another_one_tomorrow(project, pvn, tmp_path):
    mine = allowed(project, tmp_path)
    release = project / "releases/my-app.yaml"
    release.write_text(re.sub(r'image: "sha256:\w+"', 'image: "1.4.2"', release.read_text(), count=1))
    code, _, err = pvn("approve", "my-app", "-c", "production", "-k", str(mine), "--yes")
    assert code == 1
    assert "runs 'docker.io/my-company/my-backend:1.4.2', which may be another image tomorrow" in err
    assert "fix: pvn release my-app --service my-backend --param image=1.4.2" in err
    assert [path.name for path in (project / "approvals").rglob("*") if path.is_file()] == ["allowed_signers"]


@pytest.mark.usefixtures("unreleased")
def test_two_approvals_in_one_second_are_two_files(project, pvn, tmp_path):
    mine = allowed(project, tmp_path)
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
    assert "approvals/allowed_signers: it cannot be read: not a directory\n  fix: " in err


def test_rendering_imports_neither_the_engine_nor_a_cluster_client():
    probe = (
        "import sys\nfrom pvn.command import VERBS, main\n"
        "try: main(['-C', sys.argv[1], 'render'])\nexcept SystemExit: pass\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'pulumi', 'grpc', 'lightkube', 'httpx2', 'rich'}))"
    )
    done = subprocess.run([sys.executable, "-c", probe, str(CHECKOUT)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("variables", [{}, {"_PVN_COMPLETE": "bash_complete", "COMP_WORDS": "pvn re", "COMP_CWORD": "1"}])
def test_whoever_asks_for_the_verbs_waits_for_none_of_them(variables):
    probe = (
        "import sys\nfrom pvn.command import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'delivery', 'evidence', 'pydantic', 'yaml'}))"
    )
    command = [sys.executable, "-c", probe]
    done = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, check=True)
    assert "release" in done.stdout
    assert done.stdout.splitlines()[-1] == "['delivery']"  # the words of its refusals


@pytest.mark.parametrize(
    "local", ["{path: .}", "{path: ../../../../shared}", """{path: ../../../.., subPath: '{{"shared"}}'}"""]
)
def test_a_diff_sees_manifests_wherever_in_the_project_they_lie(project, pvn, tmp_path, local):
    folder = project / "applications/my-app/services/my-frontend"
    shared = project / "shared/deployment.yaml"
    shared.parent.mkdir()
    shutil.move(folder / shared.name, shared)
    if local == "{path: .}":
        (folder / shared.name).symlink_to(f"../../../../shared/{shared.name}")
    config = folder / "my-frontend.pvn.yaml"
    config.write_text(re.sub(r"local:\s*path: \.", f"local: {local}", config.read_text()))
    console.Terminal(project, tmp_path).commit()
    assert pvn("diff", "--base", "HEAD")[1].startswith("nothing changes since ")
    shared.write_text(f"{shared.read_text()}  minReadySeconds: 7\n")
    _, said, _ = pvn("diff", "--base", "HEAD")
    assert said.startswith("2 service instances since ")
    assert said.count("minReadySeconds") == 1


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


def test_whoever_presses_control_c_gets_no_traceback(project, tmp_path):
    command = [
        sys.executable,
        "-m",
        "pvn",
        "approve",
        "my-app",
        "--channel",
        "production",
        "-k",
        str(allowed(project, tmp_path)),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()  # it has shown what would be signed, and asks
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in said


@pytest.mark.parametrize("answer", ["n", "No", ""])
@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_whoever_answers_no_has_refused_and_nothing_is_signed(project, tmp_path, verb, answer):
    mine = allowed(project, tmp_path)
    command = [sys.executable, "-m", "pvn", verb, "my-app", "-c", "production", "-k", str(mine)]
    code, said = at_a_terminal(command, [("production? [y/N]: ", answer)])
    assert (code, said.splitlines()[-1]) == (1, "nothing is signed")
    assert [path.name for path in (project / "approvals").rglob("*") if path.is_file()] == ["allowed_signers"]


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


def at_a_terminal(command, answers=()):
    """Run a command at a terminal, answer each question when it is there, and return how it ends and what is seen."""
    child, terminal = pty.openpty()
    with subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal) as process:
        os.close(terminal)
        said = b""
        for question, answer in answers:
            while question.encode() not in said:
                said += os.read(child, 65536)
            os.write(child, f"{answer}\n".encode())
        with contextlib.suppress(OSError):  # the other end is closed
            while more := os.read(child, 65536):
                said += more
    os.close(child)
    return process.returncode, said.decode()


def test_what_a_new_service_needs_is_asked_for_at_a_terminal(tmp_path):
    answers = {
        "Application:": "shop",
        "Service:": "web",
        "Image, such as docker.io/acme/web:1.4.2:": f"docker.io/acme/web@sha256:{'7' * 64}",
        "Release channels, from first to last:": "staging, production",
    }
    code, said = at_a_terminal([sys.executable, "-m", "pvn", "-C", str(tmp_path), "init"], answers.items())
    assert code == 0, said
    done = subprocess.run([sys.executable, "-m", "pvn", "-C", tmp_path, "check"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("all is well: 1 service, 2 service instances\nnobody may sign yet, ")


def test_what_takes_long_is_told_at_a_terminal_and_nowhere_else(project, monkeypatch):
    (project / "pulumi").write_text("#!/bin/sh\nsleep 1.2\necho 'error: the line is bad' >&2; exit 1\n")
    (project / "pulumi").chmod(0o755)
    monkeypatch.setenv("PATH", f"{project}:{os.environ['PATH']}")
    command = [sys.executable, "-m", "pvn", "status", "my-app"]
    code, said = at_a_terminal(command)
    assert code == 4
    assert "asking stacks and clusters …" in said
    assert "asking" not in at_a_terminal([sys.executable, "-m", "pvn", "check"])[1]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert "asking" not in done.stdout + done.stderr
