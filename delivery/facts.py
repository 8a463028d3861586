"""Evidence, as plain values: what was asked of the world and what it answered.

`evidence/` makes these, the gates judge them. A fact that could not be had is a fact of its own, `Unknown`, and an
unknown never opens a gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from delivery.objects import ObjectKey
from delivery.records import Ledger
from delivery.unknown import Unknown


@dataclass(frozen=True, slots=True)
class LiveObject:
    """What a cluster says of one object right now."""

    version: str | None
    """The value of its `prodvana.io/version` annotation."""
    ailment: str | None
    """Why it is not healthy; None when every fact that health needs is there and good."""


Live = Mapping[ObjectKey, LiveObject]
"""The objects found on one runtime. One that is not here does not exist."""


@dataclass(frozen=True, slots=True)
class Approval:
    """A statement whose signature was verified against the allowed signers."""

    signer: str
    """The principal that the allowed signers give the key: the person, however many keys they hold."""
    key: str
    """The fingerprint of the key; one key never counts as two people."""
    application: str
    channel: str
    topic: str
    is_rejection: bool
    services: Mapping[str, tuple[str, str]]
    """Service name to (version, manifests digest): what exactly was looked at."""
    signed: datetime
    expires: datetime
    file: str


@dataclass(frozen=True, slots=True)
class BadApproval:
    """A file among the approvals that proves nothing, and why."""

    file: str
    application: str
    channel: str
    why: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything the gates may look at."""

    now: datetime
    ledgers: Mapping[str, Ledger | Unknown] = field(default_factory=dict)
    """By stack: what the stacks of upstream channels remember."""
    live: Mapping[str, Live | Unknown] = field(default_factory=dict)
    """By runtime: the objects of the upstream instances, as found now."""
    approvals: tuple[Approval, ...] = ()
    bad_approvals: tuple[BadApproval, ...] = ()
