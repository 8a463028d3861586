"""`pvn approve`: a person's word for exact versions of exact objects, signed with their SSH key."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
import yaml

from delivery import approvals, checks, desired, tree
from delivery.approvals import Statement
from delivery.canonical import short
from delivery.facts import BadApproval
from delivery.gates import LONGEST_APPROVAL
from delivery.instances import ApprovalBy
from delivery.problems import Problem, Refused, Spot, WorldFailed, suggestion
from delivery.tree import Tree
from delivery.versions import Candidate
from evidence import signatures, ssh
from pvn import completion, output
from pvn.command import root


@click.command()
@click.argument("application", shell_complete=completion.applications)
@click.option(
    "-c", "--channel", required=True, shell_complete=completion.channels, help="The release channel that may move."
)
@click.option(
    "-s",
    "--service",
    "services",
    multiple=True,
    shell_complete=completion.services,
    help="Only this service; may be repeated.  [default: all]",
)
@click.option(
    "-k", "--key", type=click.Path(path_type=Path), help="The SSH key to sign with.  [default: git's, else ~/.ssh/id_*]"
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@output.option
@click.pass_context
def command(
    ctx: click.Context,
    application: str,
    channel: str,
    services: tuple[str, ...],
    key: Path | None,
    yes: bool,
    form: output.Form,
) -> None:
    """Approve what APPLICATION's services would get in a channel now.

    What is signed names versions and digests of objects: any change of either needs a new approval. Commit the file that
    is written; `pulumi up` looks at it.

    Example: pvn approve my-app --channel production
    """
    where = root(ctx)
    wanted = checks.check(tree.read(where))
    candidates = _asked_for(wanted, application, channel, services)
    if form is output.Form.TEXT:
        _show(candidates)
    if not yes:
        click.confirm(f"Approve this for {channel}?", abort=True, err=True)
    now = datetime.now(UTC).replace(microsecond=0)
    chosen = key or _usual_key()
    files = [_sign(where, one, chosen) for one in _statements(application, channel, candidates, now)]
    if form is output.Form.JSON:
        click.echo(json.dumps({"files": files}))
    else:
        stack = candidates[0].instance.stack
        click.echo(
            "\n".join(f"signed: {file}" for file in files) + f"\nnext: git add {ssh.FOLDER}, then pulumi up -s {stack}"
        )


def _asked_for(wanted: Tree, application: str, channel: str, services: Sequence[str]) -> tuple[Candidate, ...]:
    """Return the candidates that an approval would cover: those of the channel that ask for one."""
    here = Spot("applications/")
    if application not in wanted.applications:
        fix = suggestion(application, wanted.applications, "applications")
        raise Refused([Problem(here, f"there is no application {application!r}", fix)])
    names = [one.name for one in wanted.applications[application].release_channels]
    if channel not in names:
        what = f"application {application!r} has no release channel {channel!r}"
        raise Refused([Problem(wanted.applications[application].at, what, suggestion(channel, names, "channels"))])
    found = desired.desire(wanted, lambda one: (one.application, one.channel) == (application, channel))
    by_service = {one.instance.service: one for one in found.candidates if _topics(one)}
    if unknown := [name for name in services if name not in by_service]:
        what = f"no service {unknown[0]!r} of {application!r} asks for approval in {channel!r}"
        raise Refused([Problem(here, what, suggestion(unknown[0], by_service, "services that do"))])
    if not by_service:
        what = f"nothing in channel {channel!r} of {application!r} asks for approval"
        raise Refused([Problem(here, what, "give the channel the precondition `manualApproval: {}`")])
    return tuple(by_service[name] for name in (services or sorted(by_service)))


def _topics(candidate: Candidate) -> tuple[str, ...]:
    return tuple(one.topic for one in candidate.instance.preconditions if isinstance(one, ApprovalBy))


def _show(candidates: Sequence[Candidate]) -> None:
    for one in candidates:
        kinds = ", ".join(f"{found['kind']} {found['metadata']['name']}" for found in one.bundle.objects)
        click.echo(f"{one.instance.id} at {short(one.version)} on {one.bundle.runtime}: {kinds}")


def _statements(application: str, channel: str, candidates: Sequence[Candidate], now: datetime) -> list[Statement]:
    """Return one statement for each topic: the manual approval and every shared one of these candidates."""
    topics = sorted({topic for one in candidates for topic in _topics(one)})
    return [
        Statement(
            application,
            channel,
            topic,
            is_rejection=False,
            services={one.instance.service: (one.version, one.bundle.digest) for one in candidates if topic in _topics(one)},
            signed=now,
            expires=now + LONGEST_APPROVAL,
        )
        for topic in topics
    ]


def _sign(where: Path, statement: Statement, key: Path) -> str:
    """Write the signed statement and return the file's name. A signature that would not count is not left behind."""
    command = ["ssh-keygen", "-Y", "sign", "-q", "-f", str(key), "-n", approvals.NAMESPACE]
    try:
        done = subprocess.run(command, input=statement.text, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise WorldFailed("ssh-keygen", "it is not installed", "install OpenSSH 8.9 or newer") from None
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise WorldFailed(f"ssh-keygen, key {key}", f"it did not sign: {said}", "name your key: --key ~/.ssh/id_ed25519")
    stamp = statement.signed.strftime("%Y%m%dT%H%M%SZ")
    folder = where / ssh.FOLDER / statement.application / statement.channel
    folder.mkdir(parents=True, exist_ok=True)
    text = yaml.dump({"statement": statement.text, "signature": done.stdout}, default_style="|", sort_keys=False)
    path = _new(folder, f"{stamp}-{_plain(statement.topic)}-{_plain(key.stem)}", text)
    checked = signatures.verify(where, path)
    if isinstance(checked, BadApproval):
        path.unlink()
        file = Spot(f"{ssh.FOLDER}/{ssh.ALLOWED_SIGNERS}")
        fix = "have your public key added to that file, by someone who may, and reviewed"
        raise Refused([Problem(file, f"your signature would not count: {checked.why}", fix)])
    return path.relative_to(where).as_posix()


def _new(folder: Path, name: str, text: str) -> Path:
    """Write a file that was not there before: two approvals within a second must not become one."""
    for number in itertools.count(1):
        path = folder / (f"{name}.yaml" if number == 1 else f"{name}-{number}.yaml")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            continue
        return path
    raise AssertionError("numbers do not end")


def _plain(part: str) -> str:
    """Return a part of a file's name with nothing in it that could lead elsewhere."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", part)[:100]


def _git_key() -> str:
    command = ["git", "config", "--get", "user.signingkey"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:  # git is not needed here
        return ""


def _usual_key() -> Path:
    """Return the key that git signs with, else the first usual one."""
    named = _git_key()
    usual = [*([named] if named else []), *(f"~/.ssh/id_{kind}" for kind in ("ed25519", "ed25519_sk", "ecdsa", "rsa"))]
    for name in usual:
        # git may hold the key itself, or a name that no file can have
        with contextlib.suppress(OSError, RuntimeError, ValueError):
            if (path := Path(name).expanduser()).is_file():
                return path
    raise Refused(
        [Problem(Spot("~/.ssh"), "there is no SSH key to sign with", "name one: --key FILE, or ssh-keygen -t ed25519")]
    )
