"""A stability record: what a stack says was live and healthy in it, at which moment, in the words that it signs.

It is for stacks whose clusters nobody may reach from where the next one is updated. As with approvals, the text is what is
signed, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from delivery import canonical, moments
from delivery.facts import Attestation, Attested

NAMESPACE = "pvn-stability"
"""The signature's namespace: a signature under an approval vouches for no stack, nor the other way round."""
_API_VERSION = "pvn/v1"
_FIELDS = {"apiVersion", "stack", "at", "instances"}


def text(stack: str, at: datetime, instances: Mapping[str, Attested]) -> str:
    """Return the exact text that a stack signs, with one newline at its end."""
    said = {
        name: {"version": one.version, "manifests": one.manifests, "settled": _stamp(one.settled)}
        for name, one in instances.items()
    }
    fields = {"apiVersion": _API_VERSION, "stack": stack, "at": _stamp(at), "instances": said}
    return canonical.text(fields) + "\n"


def parse(stack: str, signer: str, signed: str) -> Attestation:
    """Return what a verified text of a stack says. Raises ValueError, saying why, for anything but its exact spelling."""
    try:
        fields = json.loads(signed)
        instances = {name: _attested(one) for name, one in fields["instances"].items()}
        at = moments.read(fields["at"])
        is_whole = set(fields) == _FIELDS and fields["apiVersion"] == _API_VERSION and at is not None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError("it is no stability record") from None
    if not is_whole or at is None:
        raise ValueError("it does not have the fields of a stability record")
    if fields["stack"] != stack:
        raise ValueError(f"it is of stack {fields['stack']!r}")
    if text(stack, at, instances) != signed:
        raise ValueError("it is not in its canonical spelling")
    return Attestation(signer, at, instances)


def _attested(found: Mapping[str, str]) -> Attested:
    if set(found) != {"version", "manifests", "settled"}:
        raise ValueError("an instance has other fields")
    return Attested(found["version"], found["manifests"], moments.read(found["settled"]))


def _stamp(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
