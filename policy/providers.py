"""Whose credentials a resource is made with."""

from __future__ import annotations

from policy.decision import Decision
from policy.found import Found
from policy.rule import Objections, Rule

_WITHOUT_CREDENTIALS = frozenset({"kwok", "pulumi"})
"""Packages whose providers reach no account and no cluster that was there before."""


def implicit(found: Found, _: Decision) -> Objections:
    """Object to a default provider: it takes whatever credentials are around."""
    package = found.type.partition(":")[0]
    if found.provider is not None and package not in _WITHOUT_CREDENTIALS and found.provider.split("_")[0] == "default":
        yield f"{found.name} would be made with the {package} credentials that happen to be around; give it a provider"


PROVIDERS = Rule(
    "providers",
    "Every resource has a provider that the stack file describes.",
    lambda found: found.provider is not None,
    implicit,
)
