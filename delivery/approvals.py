"""An approval: what a person says about exact versions of exact objects, in the words that they sign.

The statement is canonical JSON. Its text, byte for byte, is what is signed, so there is nothing to interpret between what
was looked at and what was sworn.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec import Struct

from delivery import canonical

NAMESPACE = "pvn-approval"
"""The signature's namespace: a signature made for git or for a file proves nothing here."""
MANUAL = "manual"
"""The topic of a `manualApproval`; a `sharedManualApproval` has its own name."""
STACK = "@stack"
"""What stands for the application where people approve a stack's own runtimes and registries; no application can be called
so. The channel is then the stack."""
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
_FIELDS = {"apiVersion", "decision", "application", "channel", "topic", "services", "signed", "expires"}
_API_VERSION = "pvn/v1"


class Statement(Struct, frozen=True):
    """What somebody approves or rejects."""

    application: str
    channel: str
    topic: str
    is_rejection: bool
    services: Mapping[str, tuple[str, str]]
    """Service name to (version, manifests digest)."""
    signed: datetime
    expires: datetime

    @property
    def text(self) -> str:
        """The exact text that is signed, with one newline at its end."""
        fields = {
            "apiVersion": _API_VERSION,
            "decision": "reject" if self.is_rejection else "approve",
            "application": self.application,
            "channel": self.channel,
            "topic": self.topic,
            "services": {name: {"version": v, "manifests": m} for name, (v, m) in self.services.items()},
            "signed": _stamp(self.signed),
            "expires": _stamp(self.expires),
        }
        return canonical.text(fields) + "\n"


def parse(text: str) -> Statement:
    """Return the statement that a text makes. Raises ValueError, saying why, for anything but the exact canonical text."""
    try:
        fields = json.loads(text)
    except ValueError:
        raise ValueError("the statement is not JSON") from None
    if not isinstance(fields, dict) or set(fields) != _FIELDS or fields["apiVersion"] != _API_VERSION:
        raise ValueError("the statement does not have the fields of an approval")
    if fields["decision"] not in ("approve", "reject"):
        raise ValueError("the decision is neither approve nor reject")
    if not all(isinstance(fields[name], str) for name in _FIELDS - {"services"}):
        raise ValueError("a field of the statement is not text")
    statement = Statement(
        fields["application"],
        fields["channel"],
        fields["topic"],
        fields["decision"] == "reject",
        _services(fields["services"]),
        _moment(fields["signed"]),
        _moment(fields["expires"]),
    )
    # one text for one statement: no second spelling can be slipped past a reader
    if statement.text != text:
        raise ValueError("the statement is not in its canonical spelling")
    return statement


def _services(found: object) -> dict[str, tuple[str, str]]:
    if not isinstance(found, dict) or not found:
        raise ValueError("the statement names no services")
    services = {}
    for name, what in found.items():
        if not isinstance(what, dict) or set(what) != {"version", "manifests"}:
            raise ValueError(f"service {name!r} needs a version and a manifests digest")
        if not all(isinstance(digest, str) and _DIGEST.match(digest) for digest in what.values()):
            raise ValueError(f"service {name!r} has something that is no digest")
        services[name] = (what["version"], what["manifests"])
    return services


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise ValueError(f"{text!r} is not a moment like 2026-01-31T12:00:00Z") from None
