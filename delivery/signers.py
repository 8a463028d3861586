"""Whose word counts, line by line of `approvals/allowed_signers`, and how many people the gates ask for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec import Struct

from delivery.approvals import NAMESPACE
from delivery.instances import ApprovalBy, ServiceInstance
from delivery.problems import Spot, WorldFailed
from delivery.shapes.stack import Stack

FOLDER = "approvals"
FILE = f"{FOLDER}/allowed_signers"
_LINE = re.compile(
    r'(?P<who>"[^"]+"|\S+)\s+(?:(?P<options>.*?)\s+)??(?P<key>(?:ssh|ecdsa|sk)-\S+\s+[A-Za-z0-9+/=]+)(?:\s|$)'
)
_NAMESPACES = re.compile(r'namespaces="([^"]*)"', re.IGNORECASE)


class Line(Struct, frozen=True):
    """One line that is neither empty nor a comment."""

    number: int
    who: str
    key: str
    """The type and the key, as they are written; empty where there is none. Whether it is one only ssh can say."""
    may_approve: bool
    """Whether the key counts for approvals: others are there for stability records."""


class Ask(Struct, frozen=True):
    """A gate that people have to sign for."""

    people: int
    at: Spot

    def is_beyond(self, known: Collection[str]) -> bool:
        """Return whether so many could never sign, since fewer are known."""
        return len(known) < self.people


def read(root: Path) -> tuple[Line, ...] | None:
    """Return the lines of a project's file; None where there is none. Raises WorldFailed where it cannot be read."""
    try:
        text = (root / FILE).read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as wrong:
        what = "it is not UTF-8" if isinstance(wrong, UnicodeDecodeError) else f"it cannot be read: {wrong.strerror}".lower()
        raise WorldFailed(FILE, what, "make it a text that we may read") from None
    return tuple(_lines(text))


def most(instances: Iterable[ServiceInstance], stacks: Iterable[Stack]) -> Ask | None:
    """Return the gate that asks for most people, in front of instances or of stacks' own clusters; None where none does."""
    gates = [gate for one in instances for gate in one.preconditions if isinstance(gate, ApprovalBy)]
    guards = [guard.manual_approval for one in stacks for guard in one.preconditions if guard.manual_approval]
    asks = [*(Ask(one.approvers, one.at) for one in gates), *(Ask(one.min_approvers, one.at) for one in guards)]
    return max(asks, key=lambda one: one.people, default=None)


def _lines(text: str) -> Iterator[Line]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.match(line.strip())
        if found is None:
            yield Line(number, "", "", may_approve=False)
            continue
        namespaces = _NAMESPACES.search(found["options"] or "")
        patterns = namespaces[1].split(",") if namespaces else ["*"]
        may_approve = any(fnmatchcase(NAMESPACE, one) for one in patterns)
        yield Line(number, found["who"].strip('"'), found["key"], may_approve)
