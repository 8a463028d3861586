"""What it takes to make something on an emulator: an account, and whoever acts in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.emulated.accounts import Caller

Inputs = Mapping[str, Any]
Call = tuple[str, str, Inputs]
"""A service, an operation and its arguments."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account as one provider acts in it."""

    caller: Caller
    tags: Mapping[str, str]
    """What everything made here is tagged with."""
    aws_policies: Mapping[str, str] = field(default_factory=dict)
    """What AWS's own policies say, by ARN, for an emulator that does not know them."""
    asked: list[Call] = field(default_factory=list)
    """Every call so far, in order."""

    def ask(self, service: str, operation: str, **arguments: Any) -> Inputs:
        """Return the answer to one call. Raises ClientError."""
        self.asked.append((service, operation, arguments))
        return self.caller.ask(service, operation, **arguments)

    def tagged(self, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
        """Return the tags in the form of a service."""
        return [{key: name, value: text} for name, text in sorted(self.tags.items())]

    def specified(self, kind: str, inputs: Inputs) -> list[dict[str, Any]]:
        """Return the tags of one thing, its own included, in the form of EC2."""
        tags = {**self.tags, **(inputs.get("tags") or {})}
        return [{"ResourceType": kind, "Tags": [{"Key": name, "Value": text} for name, text in sorted(tags.items())]}]


Maker = Callable[[Account, Inputs], Inputs]
"""What makes one type: it takes what was registered, and returns what is known once it is there, such as its `id`."""
