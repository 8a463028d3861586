"""Ask ssh-keygen who signed what: the approvals whose signatures count, and the files that prove nothing.

`approvals/allowed_signers` is the only place that says whose word counts, with ssh's own rules for validity and
namespaces. No flag and no environment variable can add to it.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

from delivery import approvals
from delivery.facts import Approval, BadApproval
from delivery.problems import WorldFailed

FOLDER = "approvals"
ALLOWED_SIGNERS = "allowed_signers"
_KEY = re.compile(r"with (\S+ key SHA256:\S+)")


def read(root: Path) -> tuple[tuple[Approval, ...], tuple[BadApproval, ...]]:
    """Return the verified approvals of a project, and the files among them that prove nothing, both in order of name.

    Raises WorldFailed where ssh-keygen is missing although there is something to verify.
    """
    folder = root / FOLDER
    files = sorted(folder.rglob("*.yaml"))
    if not files:
        return (), ()
    with ThreadPoolExecutor() as pool:
        found = tuple(pool.map(lambda file: verify(root, file), files))
    good = tuple(one for one in found if isinstance(one, Approval))
    return good, tuple(one for one in found if isinstance(one, BadApproval))


def verify(root: Path, file: Path) -> Approval | BadApproval:
    """Return the approval that a file holds, or why it proves nothing."""
    name = file.relative_to(root).as_posix()
    application, channel = "", ""
    try:
        content = yaml.safe_load(file.read_text())
        text, signature = content["statement"], content["signature"]
        statement = approvals.parse(text)
        application, channel = statement.application, statement.channel
        signer, key = _signer(root / FOLDER / ALLOWED_SIGNERS, text, signature)
    except ValueError as wrong:
        return BadApproval(name, application, channel, str(wrong))
    except (yaml.YAMLError, OSError, TypeError, KeyError, AttributeError, RecursionError):
        return BadApproval(name, application, channel, "it is not a file with a `statement` and a `signature`")
    return Approval(
        signer,
        key,
        application,
        channel,
        statement.topic,
        statement.is_rejection,
        statement.services,
        statement.signed,
        statement.expires,
        name,
    )


def _signer(allowed: Path, text: str, signature: str) -> tuple[str, str]:
    """Return the principal and the key of a good signature. Raises ValueError, saying why, for any other."""
    if not allowed.is_file():
        raise ValueError(f"there is no {FOLDER}/{ALLOWED_SIGNERS} that says whose word counts")
    with tempfile.TemporaryDirectory() as folder:
        signed = Path(folder, "signature")
        signed.write_text(signature)
        # a pattern such as *@example.com comes back as the pattern: its keys are one person, not as many as they like
        principals = list(_lines("-Y", "find-principals", "-s", str(signed), "-f", str(allowed)))
        if not principals:
            raise ValueError("its signer is not among the allowed signers, or the signature is damaged")
        for principal in principals:
            said = _keygen(
                *("-Y", "verify", "-f", str(allowed), "-I", principal),
                *("-n", approvals.NAMESPACE, "-s", str(signed)),
                stdin=text,
            )
            if said is not None and (key := _KEY.search(said)):
                return principal, key.group(1)
    raise ValueError(f"the signature of {principals[0]!r} does not fit the statement, or the key is not valid now")


def _lines(*arguments: str) -> Iterator[str]:
    yield from filter(None, (_keygen(*arguments) or "").splitlines())


def _keygen(*arguments: str, stdin: str = "") -> str | None:
    try:
        done = subprocess.run(["ssh-keygen", *arguments], input=stdin, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise WorldFailed("ssh-keygen", "it is not installed", "install OpenSSH 8.9 or newer") from None
    return done.stdout if done.returncode == 0 else None
