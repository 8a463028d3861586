"""Ask ssh-keygen: sign a text, and say who signed one.

`approvals/allowed_signers` is the only place that says whose word counts, with ssh's own rules for validity and
namespaces. No flag and no environment variable can add to it.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from delivery import signers
from delivery.problems import WorldFailed

_KEY = re.compile(r"with (\S+ key SHA256:\S+)")


def sign(key: Path, text: str, namespace: str) -> str:
    """Return the signature of a text, by a key file or by the agent that has its other half.

    Raises ValueError, saying why, where there is none, and WorldFailed where ssh-keygen is missing.
    """
    done = _run("-Y", "sign", "-q", "-f", str(key), "-n", namespace, stdin=text)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise ValueError(f"it did not sign: {said}")
    return done.stdout


def public(key: Path) -> tuple[str, str] | None:
    """Return the type and the public half of a key, by its file; None where only its passphrase tells them.

    Raises ValueError where it is no key.
    """
    # a key without a passphrase says it itself; of another one, and of one that is in an agent, the file beside it does
    half = key if key.suffix == ".pub" else key.with_name(f"{key.name}.pub")
    said = _said("-y", "-P", "", "-f", str(key)) if key != half and key.is_file() else None
    if said is None and half.is_file() and _said("-l", "-f", str(half)) is not None:
        said = half.read_text("utf-8", "replace")
    if said is not None:
        kind, found, *_ = said.split()
        return kind, found
    if _said("-l", "-f", str(key)) is None:
        raise ValueError("it is not a key that ssh can read")
    return None


def signer(root: Path, text: str, signature: str, namespace: str) -> tuple[str, str]:
    """Return the principal and the key of a good signature. Raises ValueError, saying why, for any other."""
    allowed = root / signers.FILE
    if not allowed.is_file():
        raise ValueError(f"there is no {signers.FILE} that says whose word counts")
    with tempfile.TemporaryDirectory() as folder:
        signed = Path(folder, "signature")
        signed.write_text(signature)
        # a pattern such as *@example.com comes back as the pattern: its keys are one person, not as many as they like
        principals = list(_lines("-Y", "find-principals", "-s", str(signed), "-f", str(allowed)))
        if not principals:
            raise ValueError(
                "its signer is not among the allowed signers, its key is not valid now, or the signature is damaged"
            )
        for principal in principals:
            said = _said(
                *("-Y", "verify", "-f", str(allowed), "-I", principal), *("-n", namespace, "-s", str(signed)), stdin=text
            )
            if said is not None and (key := _KEY.search(said)):
                return principal, key.group(1)
    raise ValueError(f"the signature of {principals[0]!r} does not fit the statement, or the key is not valid now")


def allowed(root: Path) -> tuple[frozenset[str], tuple[int, ...]]:
    """Return the people whose word may count, and the lines among the allowed signers without a key that ssh can read.

    Raises WorldFailed where the file cannot be read, or where ssh-keygen is missing although there is a key to read.
    """
    lines = signers.read(root) or ()
    keys = "".join(f"{one.key} {one.number}\n" for one in lines if one.key)
    # each key that can be read comes back as `<bits> <fingerprint> <comment> (<type>)`
    readable = {line.split()[2] for line in _lines("-l", "-f", "-", stdin=keys)} if keys else set()
    good = [one for one in lines if str(one.number) in readable]
    spoilt = tuple(one.number for one in lines if one not in good)
    return frozenset(one.who for one in good if one.may_approve), spoilt


def fits(text: str, signature: str, namespace: str) -> bool:
    """Return whether a signature is one of that text, whoever signed it."""
    with tempfile.TemporaryDirectory() as folder:
        signed = Path(folder, "signature")
        signed.write_text(signature)
        return _said("-Y", "check-novalidate", "-n", namespace, "-s", str(signed), stdin=text) is not None


def _lines(*arguments: str, stdin: str = "") -> Iterator[str]:
    yield from filter(None, (_said(*arguments, stdin=stdin) or "").splitlines())


def _said(*arguments: str, stdin: str = "") -> str | None:
    done = _run(*arguments, stdin=stdin)
    return done.stdout if done.returncode == 0 else None


def _run(*arguments: str, stdin: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["ssh-keygen", *arguments], input=stdin, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise WorldFailed("ssh-keygen", "it is not installed", "install OpenSSH 8.9 or newer") from None
