"""Secrets: none passes through git, a plan or a state."""

from __future__ import annotations

from policy.decision import Decision
from policy.found import Found
from policy.rule import Objections, Rule


def readable(found: Found, _: Decision) -> Objections:
    """Object to a Secret that comes with its data. Neither a key nor a value of it is told."""
    if found.props.get("data") or found.props.get("stringData"):
        fix = "make it outside (an ExternalSecret, a sealed one, by hand) and refer to it by secretKeyRef"
        yield f"{found.name} holds its data in the open; {fix}"


SECRETS = Rule(
    "secrets",
    "No Secret brings its data.",
    lambda found: found.type == "kubernetes:core/v1:Secret",
    readable,
)
