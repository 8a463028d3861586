"""Evidence, as plain values: what was asked of the world and what it answered.

`evidence/` makes these, the gates judge them. A fact that could not be had is a fact of its own, `Unknown`, and an
unknown never opens a gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

from delivery.drift import UNCOMPARED, Drift
from delivery.instances import Commits
from delivery.inventories import Inventory
from delivery.objects import ObjectKey
from delivery.records import Ledger
from delivery.unknown import Unknown


class LiveObject(Struct, frozen=True):
    """What a cluster says of one object right now."""

    version: str | None
    """The value of its `prodvana.io/version` annotation."""
    ailment: str | None
    """Why it is not healthy; None when every fact that health needs is there and good."""
    manifests: str | None = None
    """The value of its `prodvana.io/manifests` annotation."""
    drift: Drift | None = UNCOMPARED
    """In what it is not as the release of that digest made it; None where it is."""
    has_failed: bool = False
    """True where the cluster itself has given up on it."""
    applied: datetime | None = None
    """When what is wanted of it last changed; None where the cluster does not say."""
    settled: datetime | None = None
    """The newest moment at which it, or a pod of it, changed: since then it is as it is. None where it is not known."""
    restarted: datetime | None = None
    """When a container of it last started again; None where none has."""


Live = Mapping[ObjectKey, LiveObject]
"""The objects found on one runtime. One that is not here does not exist."""


class _Claim(Struct, frozen=True):
    """What a file among the approvals says."""

    application: str
    channel: str
    topic: str
    is_rejection: bool
    services: Mapping[str, tuple[str, str]]
    """Service name to (version, manifests digest): what exactly was looked at."""
    signed: datetime
    expires: datetime
    file: str
    texts: Mapping[str, str] = field(default_factory=dict)
    """The bundles that were looked at, by service, where the file kept them: only to say what has changed since."""


class Approval(_Claim, frozen=True, kw_only=True):
    """A statement whose signature was verified against the allowed signers."""

    signer: str
    """The principal that the allowed signers give the key: the person, however many keys they hold."""
    key: str
    """The fingerprint of the key; one key never counts as two people."""


class Misfit(_Claim, frozen=True):
    """What a file among the approvals claims that counts for nothing, whoever signed it: nobody verified the signature."""


class BadApproval(Struct, frozen=True):
    """A file among the approvals that proves nothing, and why."""

    file: str
    application: str
    channel: str
    why: str


class Attested(Struct, frozen=True):
    """What a stability record says of one instance."""

    version: str
    manifests: str
    settled: datetime | None
    """Since when it is well; None where the cluster did not say."""


class Attestation(Struct, frozen=True):
    """A stack's word for what was stable in it, with a signature that was verified."""

    signer: str
    at: datetime
    instances: Mapping[str, Attested]
    """By instance id; one that is not here was not stable."""


class Nodes(Struct, frozen=True):
    """What a cluster says of its nodes right now."""

    count: int
    unready: tuple[str, ...] = ()
    """The names of those that are not ready, or do not say."""


class Evidence(Struct, frozen=True):
    """Everything the gates may look at."""

    now: datetime
    ledgers: Mapping[str, Ledger | Unknown] = field(default_factory=dict)
    """By stack: what the stacks of upstream channels remember."""
    live: Mapping[str, Live | Unknown] = field(default_factory=dict)
    """By runtime: the objects of the upstream instances, as found now."""
    approvals: tuple[Approval, ...] = ()
    bad_approvals: tuple[BadApproval, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    """Only to say why they do not count; they open nothing and shut nothing."""
    attested: Mapping[str, Attestation | Unknown] = field(default_factory=dict)
    """By stack: the stability records of stacks whose clusters may not be asked."""
    authors: Mapping[str, str | Unknown] = field(default_factory=dict)
    """By application: who wrote the last change of what it should run."""
    commits: Mapping[Commits, frozenset[str] | Unknown] = field(default_factory=dict)
    """By range: the full names of the commits in it, in lower case."""
    inventories: Mapping[str, Inventory | Unknown] = field(default_factory=dict)
    """By stack: the runtimes and registries of the stacks that are to prove a change of this one's."""
    nodes: Mapping[tuple[str, str], Nodes | Unknown] = field(default_factory=dict)
    """By (stack, runtime): the nodes of those stacks' runtimes, as found now."""
