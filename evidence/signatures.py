"""The approvals of a project: those whose signatures count, and the files among them that prove nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import yaml
from msgspec import Struct

from delivery import approvals, canonical, document, gates, signers
from delivery.approvals import Statement
from delivery.facts import Approval, BadApproval, Misfit
from delivery.problems import WorldFailed
from evidence import ssh

Claim = tuple[str, str, str, bool, Mapping[str, tuple[str, str]], datetime, datetime, str, Mapping[str, str]]
"""What a file claims, field by field as Approval and Misfit have it."""


class _Paper(Struct, frozen=True):
    """A file with a statement and something that may be its signature."""

    file: str
    statement: Statement
    signature: str
    texts: Mapping[str, str]


def read(
    root: Path, may_count: Callable[[Statement], bool] = lambda _: True
) -> tuple[tuple[Approval, ...], tuple[BadApproval, ...], tuple[Misfit, ...]]:
    """Return a project's verified approvals, the files that prove nothing, and the misfits, each in order of name.

    Misfits are those that may not count, whoever signed them: ssh-keygen is not asked about them, which takes most of the
    time. Raises WorldFailed where a folder of them cannot be looked into (somebody's no may be in it), and where ssh-keygen
    is missing although there is something to verify.
    """
    files = _files(root)
    if not files:
        return (), (), ()
    papers = [_opened(root, file) for file in files]
    with ThreadPoolExecutor() as pool:
        found = tuple(pool.map(lambda paper: _judged(root, paper, may_count), papers))
    return (
        tuple(one for one in found if isinstance(one, Approval)),
        tuple(one for one in found if isinstance(one, BadApproval)),
        tuple(one for one in found if isinstance(one, Misfit)),
    )


def _files(root: Path) -> list[Path]:
    def refuse(wrong: OSError) -> None:
        if isinstance(wrong, FileNotFoundError):
            return  # nobody has approved anything yet
        what = f"it cannot be read: {(wrong.strerror or type(wrong).__name__).lower()}"
        raise WorldFailed(str(wrong.filename), what, "make it a folder that we may look into") from None

    found = os.walk(root / signers.FOLDER, onerror=refuse)
    return sorted(Path(folder, name) for folder, _, names in found for name in names if name.endswith(".yaml"))


def damaged(root: Path) -> tuple[BadApproval, ...]:
    """Return the files that were cut off or changed since they were signed, whoever signed them, in order of name.

    Of those that are over nobody asks ssh-keygen: it takes most of the time, and they pile up. Raises as `read` does.
    """
    now = datetime.now(UTC)
    papers = [_opened(root, file) for file in _files(root)]
    with ThreadPoolExecutor() as pool:
        return tuple(filter(None, pool.map(lambda paper: _damage(paper, now), papers)))


def _damage(paper: _Paper | BadApproval, now: datetime) -> BadApproval | None:
    if isinstance(paper, BadApproval):
        return paper
    said = paper.statement
    if gates.is_over(said, now) or ssh.fits(said.text, paper.signature, approvals.NAMESPACE):
        return None
    return BadApproval(
        paper.file, said.application, said.channel, "its signature does not fit the statement, or was cut off"
    )


def verify(root: Path, file: Path) -> Approval | BadApproval:
    """Return the approval that a file holds, or why it proves nothing."""
    paper = _opened(root, file)
    return paper if isinstance(paper, BadApproval) else _verified(root, paper)


def _opened(root: Path, file: Path) -> _Paper | BadApproval:
    """Return what a file claims, or why it claims nothing."""
    name = file.relative_to(root).as_posix()
    try:
        written = file.read_text("utf-8")
        if document.is_bottomless(written):
            return BadApproval(name, "", "", _NO_APPROVAL)
        content = yaml.load(written, yaml.CSafeLoader)
        text, signature = content["statement"], content["signature"]
        statement = approvals.parse(text)
        texts = _texts(content.get("objects"), statement)
    except UnicodeDecodeError:
        return BadApproval(name, "", "", "it is not UTF-8 text")
    except ValueError as wrong:
        return BadApproval(name, "", "", str(wrong))
    except (yaml.YAMLError, OSError, TypeError, KeyError, AttributeError, RecursionError):
        return BadApproval(name, "", "", _NO_APPROVAL)
    return (
        _Paper(name, statement, signature, texts) if isinstance(signature, str) else BadApproval(name, "", "", _NO_APPROVAL)
    )


_NO_APPROVAL = "it is not a file with a `statement` and a `signature`"


def _judged(
    root: Path, paper: _Paper | BadApproval, may_count: Callable[[Statement], bool]
) -> Approval | BadApproval | Misfit:
    if isinstance(paper, BadApproval):
        return paper
    return _verified(root, paper) if may_count(paper.statement) else Misfit(*_claim(paper))


def _verified(root: Path, paper: _Paper) -> Approval | BadApproval:
    """Return the approval of a paper whose signature counts, or why it does not."""
    said = paper.statement
    try:
        signer, key = ssh.signer(root, said.text, paper.signature, approvals.NAMESPACE)
    except ValueError as wrong:
        return BadApproval(paper.file, said.application, said.channel, str(wrong))
    except (OSError, TypeError):
        return BadApproval(paper.file, said.application, said.channel, _NO_APPROVAL)
    return Approval(*_claim(paper), signer=signer, key=key)


def _claim(paper: _Paper) -> Claim:
    said = paper.statement
    return (
        *(said.application, said.channel, said.topic, said.is_rejection),
        *(said.services, said.signed, said.expires, paper.file, paper.texts),
    )


def _texts(kept: object, statement: Statement) -> dict[str, str]:
    """Return the kept bundles that are what was signed, byte for byte; others prove nothing and say nothing."""
    if not isinstance(kept, dict):
        return {}
    signed = {name: manifests for name, (_, manifests) in statement.services.items()}
    return {
        name: text
        for name, text in kept.items()
        if isinstance(text, str) and name in signed and canonical.digest(text) == signed[name]
    }
