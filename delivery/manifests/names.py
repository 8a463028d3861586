"""Names that the API server would refuse: better said before anything changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from delivery.manifests import kinds

_LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_SUBDOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_GROUPS = frozenset({"", "apps", "autoscaling", "batch", "policy"})
"""API groups in which every name is a subdomain; others have kinds with colons in their names, or rules of their own."""
_SHORT = frozenset({("", "Service"), ("", "Namespace")})
"""Kinds whose names become a part of other names: one label of at most 63 characters."""


def problem(found: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return why an object's name is none, and the fix; None where it is one, or its kind's rule is not known."""
    scope, name = (kinds.group(found["apiVersion"]), found["kind"]), found["metadata"]["name"]
    if scope[0] not in _GROUPS:
        return None
    longest = 63 if scope in _SHORT else 253
    if len(name) <= longest and _SUBDOMAIN.fullmatch(name) and not (scope in _SHORT and "." in name):
        return None
    signs = "digits and dashes" if scope in _SHORT else "digits, dashes and dots"
    fix = f"write lower-case letters, {signs}, 1 to {longest} of them, a letter or digit first and last"
    return f"{name!r} cannot be the name of a {found['kind']}", fix
