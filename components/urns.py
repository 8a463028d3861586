"""What the engine will call a resource, before it is told of it."""

from __future__ import annotations

from typing import Any

import pulumi

_STACK = "pulumi:pulumi:Stack"


def of(request: Any) -> str:
    """Return the URN that the engine gives to what a request registers."""
    above = request.parent.split("::")[2] if request.parent else _STACK
    kinds = "" if above == _STACK else f"{above}$"
    return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{kinds}{request.type}::{request.name}"
