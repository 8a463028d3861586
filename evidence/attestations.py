"""Stability records: made with a stack's key, and believed when an allowed signer made them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from delivery import attestations
from delivery.facts import Attestation, Attested, Evidence
from delivery.gates.stable import well_since
from delivery.problems import WorldFailed
from delivery.unknown import Unknown
from delivery.versions import Candidate
from evidence import ssh

if TYPE_CHECKING:
    from evidence.gather import Outputs

OUTPUT = "stability"
"""The stack output that holds the record and its signature."""


def read(root: Path, stack: str, outputs: Outputs | Unknown | None) -> Attestation | Unknown:
    """Return what a stack vouches for, Unknown where there is no record that can be believed."""
    update = f"pulumi up -s {stack}"
    if outputs is None or isinstance(outputs, Unknown):
        return outputs or Unknown(f"stack {stack!r} was not asked", update)
    found = outputs.get(OUTPUT)
    if not isinstance(found, Mapping) or not all(isinstance(found.get(name), str) for name in ("statement", "signature")):
        return Unknown(f"stack {stack!r} exports no stability record", f"set pvn:attestationKey in Pulumi.{stack}.yaml")
    try:
        signer, _ = ssh.signer(root, found["statement"], found["signature"], attestations.NAMESPACE)
        return attestations.parse(stack, signer, found["statement"])
    except ValueError as wrong:
        return Unknown(f"the stability record of stack {stack!r} does not count: {wrong}", update)


def make(
    root: Path, stack: str, key: str | None, candidates: Iterable[Candidate], evidence: Evidence
) -> Mapping[str, str] | None:
    """Return the signed record of what is live and healthy in a stack, as the evidence has it; None where there is no key.

    Raises WorldFailed where the key does not sign.
    """
    if key is None:
        return None
    found = {one.instance.id: well_since(one, evidence) for one in candidates}
    vouched = {
        one.instance.id: Attested(one.version, one.bundle.digest, since[0])
        for one in candidates
        if not isinstance(since := found[one.instance.id], Unknown)
    }
    statement = attestations.text(stack, datetime.now(UTC), vouched)
    try:
        signature = ssh.sign(root / Path(key).expanduser(), statement, attestations.NAMESPACE)
    except ValueError as wrong:
        fix = f"name a key in pvn:attestationKey of Pulumi.{stack}.yaml that ssh-keygen can sign with"
        raise WorldFailed(f"stack {stack}, key {key}", str(wrong), fix) from None
    return {"statement": statement, "signature": signature}
