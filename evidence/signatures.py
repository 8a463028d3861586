"""The approvals of a project: those whose signatures count, and the files among them that prove nothing."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

from delivery import approvals, canonical
from delivery.approvals import Statement
from delivery.facts import Approval, BadApproval
from delivery.problems import WorldFailed
from evidence import ssh


def read(root: Path) -> tuple[tuple[Approval, ...], tuple[BadApproval, ...]]:
    """Return the verified approvals of a project, and the files among them that prove nothing, both in order of name.

    Raises WorldFailed where a folder of them cannot be looked into (somebody's no may be in it), and where ssh-keygen is
    missing although there is something to verify.
    """
    files = _files(root)
    if not files:
        return (), ()
    with ThreadPoolExecutor() as pool:
        found = tuple(pool.map(lambda file: verify(root, file), files))
    good = tuple(one for one in found if isinstance(one, Approval))
    return good, tuple(one for one in found if isinstance(one, BadApproval))


def _files(root: Path) -> list[Path]:
    def refuse(wrong: OSError) -> None:
        if isinstance(wrong, FileNotFoundError):
            return  # nobody has approved anything yet
        what = f"it cannot be read: {(wrong.strerror or type(wrong).__name__).lower()}"
        raise WorldFailed(str(wrong.filename), what, "make it a folder that we may look into") from None

    found = os.walk(root / ssh.FOLDER, onerror=refuse)
    return sorted(Path(folder, name) for folder, _, names in found for name in names if name.endswith(".yaml"))


def verify(root: Path, file: Path) -> Approval | BadApproval:
    """Return the approval that a file holds, or why it proves nothing."""
    name = file.relative_to(root).as_posix()
    application, channel = "", ""
    try:
        content = yaml.safe_load(file.read_text("utf-8"))
        text, signature = content["statement"], content["signature"]
        statement = approvals.parse(text)
        application, channel = statement.application, statement.channel
        signer, key = ssh.signer(root, text, signature, approvals.NAMESPACE)
        texts = _texts(content.get("objects"), statement)
    except UnicodeDecodeError:
        return BadApproval(name, application, channel, "it is not UTF-8 text")
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
        texts,
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
