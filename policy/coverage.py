"""Which rules examined which resource, and which could not: what a person and a pipeline read afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec import Struct, field


class Coverage(Struct):
    """What became of every rule at every resource, so far."""

    passed: dict[str, list[str]] = field(default_factory=dict)
    """URN to the names of the rules that found nothing."""
    objected: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """URN to the rules that objected, advice among them, and what they said."""
    unknown: dict[str, dict[str, str]] = field(default_factory=dict)
    """URN to the rules that could not examine it, and why."""

    def note(self, urn: str, rule: str, said: list[str]) -> None:
        """Remember that a rule has examined a resource."""
        if said:
            self.objected.setdefault(urn, {})[rule] = said
        else:
            self.passed.setdefault(urn, []).append(rule)

    def note_unknown(self, urn: str, rule: str, why: str) -> None:
        """Remember that a rule could not examine a resource."""
        self.unknown.setdefault(urn, {})[rule] = why

    def report(self, stack: str, resources: Iterable[str], *, is_guarded: bool) -> dict[str, Any]:
        """Return the report in JSON's values: every resource of the stack, and those that a refusal kept from it."""
        urns = dict.fromkeys([*resources, *self.passed, *self.objected, *self.unknown])
        return {"stack": stack, "guarded": is_guarded, "resources": [self._of(urn) for urn in urns]}

    def _of(self, urn: str) -> dict[str, Any]:
        examined = sorted([*self.passed.get(urn, ()), *self.objected.get(urn, {})])
        return {
            "urn": urn,
            "examined": examined,
            "objections": self.objected.get(urn, {}),
            "unknown": self.unknown.get(urn, {}),
        }


def summary(report: dict[str, Any], file: Path | None) -> str:
    """Return one line for people."""
    resources = report["resources"]
    examined = sum(bool(one["examined"]) for one in resources)
    rules = {name for one in resources for name in one["examined"]}
    unknown = sum(bool(one["unknown"]) for one in resources)
    said = f"policy: {examined} of {len(resources)} resources examined by {len(rules)} rules"
    could_not = f", {unknown} could not be" if unknown else ""
    return f"{said}{could_not}{f'; {file}' if file else ''}"


def write(report: dict[str, Any], file: Path) -> None:
    """Write a report for whoever comes after; its folder is made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(report, indent=2) + "\n", "utf-8")
