"""Ask Pulumi's state for what an update is not told of it, or from outside of one: through the user's own `pulumi`."""

from __future__ import annotations

import json
import shlex
import subprocess
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from msgspec import Struct

from delivery import cutoffs, leftovers, project
from delivery.cutoffs import Cutoff
from delivery.problems import WorldFailed
from delivery.records import Ledger
from delivery.unknown import Absent, Unknown
from delivery.versions import Candidate
from evidence.gather import Outputs


def read(root: Path, stacks: Iterable[str]) -> dict[str, Outputs | Unknown]:
    """Return the last written outputs of a project's stacks, secrets included, by stack.

    Whoever asks needs the right to read the state and its secrets, as `pulumi stack output --show-secrets` does. Raises
    WorldFailed where there is no `pulumi` on PATH.
    """
    names = sorted(set(stacks))
    with ThreadPoolExecutor() as pool:
        return dict(zip(names, pool.map(lambda name: _ask(root, name, *_OUTPUTS), names), strict=True))


def cut_off(root: Path, stack: str) -> tuple[Cutoff, ...] | Unknown:
    """Return what updates of a stack were creating when they were killed."""
    try:
        answer = _ask(root, stack, "export")
    except WorldFailed as wrong:
        return Unknown(f"{wrong.where}: {wrong.what}", wrong.fix)
    if isinstance(answer, Unknown):
        return () if isinstance(answer, Absent) else answer
    try:
        return cutoffs.of_state(answer["deployment"])
    except (LookupError, TypeError, AttributeError):
        return Unknown(f"the state of stack {stack!r} is not one that we know", f"pulumi stack export -s {stack}")


class Leftovers(Struct, frozen=True):
    """What an update began before it was killed, and no output tells of."""

    ledger: Ledger
    """What the stack remembers, with first releases."""
    parts: tuple[str, ...] = ()
    """The names of runtimes and registries."""


def left_over(root: Path, stack: str, candidates: Sequence[Candidate], parts: Sequence[str], ledger: Ledger) -> Leftovers:
    """Return what an update that was killed began of candidates, and of runtimes and registries by name.

    Raises WorldFailed where nobody can tell: whoever is not registered because of that would be deleted.
    """
    answer = _ask(root, stack, "export")
    if isinstance(answer, Absent):
        return Leftovers(ledger)
    if isinstance(answer, Unknown):
        raise WorldFailed(f"stack {stack}", answer.why, answer.next)
    try:
        state = answer["deployment"]
        return Leftovers(leftovers.remembered(state, candidates, ledger), leftovers.parts(state, parts))
    except (LookupError, TypeError, AttributeError, ValueError):
        why = "it cannot be told what an update that was killed has left of what it was making for the first time"
        raise WorldFailed(f"stack {stack}", why, f"pulumi stack export -s {stack}") from None


_OUTPUTS = ("output", "--json", "--show-secrets")
_PAUSE = 0.2
"""Seconds after which a stack that is not there counts as missing: a file backend renames a state, then writes it anew."""


def _ask(root: Path, stack: str, *question: str) -> dict[str, Any] | Unknown:
    answer = _answer(root, stack, *question)
    if isinstance(answer, Absent):
        time.sleep(_PAUSE)
        return _answer(root, stack, *question)
    return answer


def _answer(root: Path, stack: str, *question: str) -> dict[str, Any] | Unknown:
    try:
        done = _pulumi(root, "stack", *question, "--non-interactive", "--stack", stack)
    except OSError as wrong:
        is_missing = isinstance(wrong, FileNotFoundError)
        what = "it is not on PATH" if is_missing else f"it cannot be run: {(wrong.strerror or str(wrong)).lower()}"
        fix = "install it (https://www.pulumi.com/docs/install), or run `make setup` and add .venv/toolchain/bin to PATH"
        raise WorldFailed("pulumi", what, fix) from None
    if done.returncode:
        if "no stack named" in done.stderr:
            return Absent(f"stack {stack!r} does not exist yet", f"pulumi stack init {stack} && pulumi up -s {stack}")
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1].removeprefix("error: ")
        fix = _mend(root, stack, last) or _fix(last, f"pulumi stack {question[0]} -s {stack}")
        return Unknown(f"the state of stack {stack!r} cannot be read: {last}", fix)
    try:
        answer = json.loads(done.stdout)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        # the text may hold secrets, so it is not told
        why = f"`pulumi` gave an answer for stack {stack!r} that makes no sense"
        return Unknown(why, f"pulumi stack {question[0]} -s {stack}")
    return answer


def _pulumi(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["pulumi", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", errors="replace", check=False)


def _mend(root: Path, stack: str, said: str) -> str | None:
    """Return how to mend a state that was cut off while it was written; None where that is not what `pulumi` said."""
    if "checkpoint" not in said:
        return None
    file = _file(root, stack)
    if said.endswith("EOF"):
        way = f"rm {shlex.quote(f'{file}.attrs')}" if file else "remove the .json.attrs beside it"
        return f"what describes its file was cut off while it was written, and is not needed: {way}"
    way = "put the last whole copy, the .json.bak beside it, in its place"
    if file and Path(f"{file}.bak").is_file():
        way = f"put the last whole copy in its place: {shlex.join(['cp', f'{file}.bak', str(file)])}"
    return f"its file was cut off while it was written: {way}"


def _file(root: Path, stack: str) -> Path | None:
    """Return the file that holds a stack's state; None where states are kept in no folder, or it is not in its place."""
    try:
        url = str(json.loads(_pulumi(root, "whoami", "--json", "--verbose").stdout)["url"])
        scheme, _, rest = url.partition("://")
        folder = Path(rest.partition("?")[0]).expanduser()
    except (OSError, ValueError, LookupError, TypeError, RuntimeError):
        return None
    file = (root / folder).resolve() / f".pulumi/stacks/{project.name(root)}/{stack}.json"
    return file if scheme == "file" and file.is_file() else None


def _fix(said: str, again: str) -> str:
    """Return what to do about what `pulumi` said; where we cannot tell, whoever asks again sees all of it."""
    if "passphrase" in said.lower():
        return "set PULUMI_CONFIG_PASSPHRASE to the stack's passphrase, or PULUMI_CONFIG_PASSPHRASE_FILE to a file with it"
    if "login" in said:
        return "say where states are kept: pulumi login, with file://~ or your bucket's address, or set PULUMI_BACKEND_URL"
    return again
