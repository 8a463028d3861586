"""Signing: what a person says yes or no to, their key, and the file in which their word is kept."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
import yaml

from delivery import approvals, desired, rollbacks, signers
from delivery.approvals import Statement
from delivery.facts import BadApproval
from delivery.gates import LONGEST_APPROVAL, rejections
from delivery.instances import ApprovalBy
from delivery.problems import Problem, Refused, Spot, WorldFailed
from delivery.records import Ledger
from delivery.tree import Tree
from delivery.versions import Candidate
from evidence import signatures, ssh
from pvn import named, output, standing


def asked_for(wanted: Tree, application: str, channel: str, services: Sequence[str]) -> tuple[Candidate, ...]:
    """Return the candidates that an approval would cover: those of the channel that ask for one.

    Raises Refused for names that do not exist.
    """
    meant = named.application(wanted, application, channel, services)
    found = desired.desire(wanted, lambda one: (one.application, one.channel) == (application, channel))
    by_service = {one.instance.service: one for one in found.candidates if _topics(one)}
    if not by_service:
        what = f"nothing in channel {channel!r} of {application!r} asks for approval"
        raise Refused([Problem(meant.at, what, "give the channel the precondition `manualApproval: {}`")])
    if silent := [name for name in services if name not in by_service]:
        what = f"nobody has to approve {', '.join(silent)} in channel {channel!r}"
        raise Refused([Problem(meant.at, what, f"services that ask for it: {', '.join(sorted(by_service))}")])
    return tuple(by_service[name] for name in (dict.fromkeys(services) or sorted(by_service)))


def remembered(where: Path, chosen: Sequence[Candidate]) -> tuple[tuple[Candidate, ...], Ledger | WorldFailed]:
    """Return what candidates of one stack are where a rollback holds them, and what that stack remembers.

    Where the memory cannot be had and nothing depends on it, why that is so comes in its place.
    """
    try:
        ledger = standing.memory(where, chosen[0].instance.stack).ledger
    except WorldFailed as wrong:
        if any(one.instance.rollback for one in chosen):
            raise  # what a rollback brings back is known to the stack alone
        return tuple(chosen), wrong
    return rollbacks.pinned(chosen, ledger), ledger


def warn(where: Path, application: str, channel: str, versions: Mapping[str, str], this: str = "this version") -> None:
    """Say of each no to these versions, by service, that a yes does not help against it."""
    given, _, _ = signatures.read(where, lambda said: said.is_rejection)
    for no in rejections(application, channel, versions, given):
        said = f"{no.signer} rejected {this}, and a no outweighs every yes: {no.file}"
        click.echo(f"{said}\n  next: git rm {no.file}", err=True)


def tell(files: Sequence[str], stack: str, form: output.Form, *, look: str, is_rejection: bool = False) -> None:
    """Say which files were written, what to do with them, and what tells why something waits all the same.

    A signature is one of several gates, and what the others say may be another by the time of the update.
    """
    if form is output.Form.JSON:
        click.echo(json.dumps({"files": files}))
        return
    if is_rejection:
        said, after = "rejected", f"; it stays out of stack {stack} until the file is taken away again"
    else:
        said, after = "signed", f", then pulumi up -s {stack}; what else it waits for: {look}"
    click.echo("\n".join([*(f"{said}: {file}" for file in files), f"next: git add {signers.FOLDER}{after}"]))


def tell_nothing(why: str, form: output.Form) -> None:
    """Say that there is nothing to sign for."""
    click.echo(json.dumps({"files": []}) if form is output.Form.JSON else f"nothing to sign for: {why}")


def _topics(candidate: Candidate) -> tuple[str, ...]:
    return tuple(one.topic for one in candidate.instance.preconditions if isinstance(one, ApprovalBy))


def say(where: Path, candidates: Sequence[Candidate], key: Path, *, is_rejection: bool = False) -> list[str]:
    """Sign for candidates of one channel, once for each topic they are asked about, and return the files that were written.

    Raises Refused where the signature would not count, and WorldFailed where ssh-keygen does not sign.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    texts = {one.instance.service: one.bundle.text for one in candidates}
    return [_sign(where, one, key, texts) for one in _statements(candidates, now, is_rejection)]


def of_stack(
    where: Path,
    stack: str,
    digests: Mapping[str, tuple[str, str]],
    texts: Mapping[str, str],
    key: Path,
    *,
    is_rejection: bool = False,
) -> str:
    """Sign for runtimes and registries of a stack and return the file that was written. Raises as `say` does."""
    now = datetime.now(UTC).replace(microsecond=0)
    statement = Statement(
        approvals.STACK, stack, approvals.MANUAL, is_rejection, digests, signed=now, expires=now + LONGEST_APPROVAL
    )
    return _sign(where, statement, key, texts)


def _statements(candidates: Sequence[Candidate], now: datetime, is_rejection: bool) -> list[Statement]:
    """Return one statement for each topic: the manual approval and every shared one of these candidates."""
    first = candidates[0].instance
    topics = sorted({topic for one in candidates for topic in _topics(one)})
    return [
        Statement(
            first.application,
            first.channel,
            topic,
            is_rejection=is_rejection,
            services={one.instance.service: (one.version, one.bundle.digest) for one in candidates if topic in _topics(one)},
            signed=now,
            expires=now + LONGEST_APPROVAL,
        )
        for topic in topics
    ]


def _sign(where: Path, statement: Statement, key: Path, texts: Mapping[str, str]) -> str:
    """Write the signed statement and return the file's name. A signature that would not count is not left behind.

    The objects that were looked at are kept beside it: they prove nothing, but they say what has changed since.
    """
    try:
        signature = ssh.sign(key, statement.text, approvals.NAMESPACE)
    except ValueError as wrong:
        fix = f"name your key: --key FILE; give one with a passphrase to the agent first: ssh-add {key}"
        raise WorldFailed(f"ssh-keygen, key {key}", str(wrong), fix) from None
    stamp = statement.signed.strftime("%Y%m%dT%H%M%SZ")
    folder = where / signers.FOLDER / statement.application / statement.channel
    folder.mkdir(parents=True, exist_ok=True)
    kept = {name: texts[name] for name in sorted(statement.services)}
    content = {"statement": statement.text, "signature": signature, "objects": kept}
    text = yaml.dump(content, default_style="|", sort_keys=False, width=10_000_000)
    path = _new(folder, f"{stamp}-{_plain(statement.topic)}-{_plain(key.stem)}", text)
    checked = signatures.verify(where, path)
    if isinstance(checked, BadApproval):
        path.unlink()
        raise _uncounted(checked.why)
    return path.relative_to(where).as_posix()


def _uncounted(why: str, line: str = "") -> Refused:
    """Return what to say to somebody whose signature would not count, with the line that would make it count."""
    fix = "have your key added to that file, by someone who may, and reviewed" + (f":\n{line}" if line else "")
    return Refused([Problem(Spot(signers.FILE), f"your signature would not count: {why}", fix)])


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


def _git_says(name: str) -> str:
    command = ["git", "config", "--get", name]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:  # git is not needed here
        return ""


def usable(where: Path, named: Path | None) -> Path:
    """Return the key that was named, or the usual one.

    Raises Refused where there is none, where it is no key, and where it is not among those that count: who cannot sign need
    not read first what they would sign for.
    """
    key = _usual_key() if named is None else _named_key(named)
    try:
        half = ssh.public(key)
    except ValueError as wrong:
        at = f"--key {named}" if named else str(key)
        raise Refused([Problem(Spot(at), str(wrong), "name your key, such as ~/.ssh/id_ed25519")]) from None
    if half is None:
        return key
    kind, public = half
    lines = signers.read(where)
    # for a certificate its authority stands there, which verifying a signature finds
    if "-cert-" in kind or any(one.may_approve and public in one.key.split() for one in lines or ()):
        return key
    why = "your key is not among the allowed signers"
    if lines is None:
        why = f"there is no {signers.FILE} that says whose word counts"
    who = _git_says("user.email") or "you@example.com"
    raise _uncounted(why, f'{who} namespaces="{approvals.NAMESPACE}" {kind} {public}')


def _named_key(named: Path) -> Path:
    try:
        key = named.expanduser()
    except RuntimeError:  # no such person
        key = named
    # an agent needs no more than the public half
    if not (key.is_file() or key.with_name(f"{key.name}.pub").is_file()):
        what = "this is no file" if key.exists() else "there is no such file"
        raise Refused([Problem(Spot(f"--key {named}"), what, "name your key, such as ~/.ssh/id_ed25519")])
    return key


def _usual_key() -> Path:
    """Return the key that git signs with, else the first usual one."""
    named = _git_says("user.signingkey")
    usual = [*([named] if named else []), *(f"~/.ssh/id_{kind}" for kind in ("ed25519", "ed25519_sk", "ecdsa", "rsa"))]
    for name in usual:
        # git may hold the key itself, or a name that no file can have
        with contextlib.suppress(OSError, RuntimeError, ValueError):
            if (path := Path(name).expanduser()).is_file():
                return path
    raise Refused(
        [Problem(Spot("~/.ssh"), "there is no SSH key to sign with", "name one: --key FILE, or ssh-keygen -t ed25519")]
    )
