"""A whole difference as text, and as Markdown that fits into the comment of a pull request however large the tree is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from delivery.canonical import short
from delivery.changes import Changes, Kind
from pvn import changed
from pvn.changed import Group
from pvn.output import count

MARK = "<!-- pvn diff -->"
"""The first line of the comment: by it the next run finds the one to replace."""

LIMIT = 60_000
"""Bytes of the comment. GitHub takes 65,536 characters; what else a workflow writes needs room too."""

MOST_NAMES = 12
"""How many services with one change are named where there is little room."""
_FOR_OVERVIEW = LIMIT // 3
"""Bytes that the lines of the overview may take: the details get the rest."""


def text(changes: Changes, groups: Sequence[Group], commit: str, most: int | None = None) -> Iterator[str]:
    """Yield the lines of the whole difference; of many services with one change, the names of `most` of them."""
    yield _summary(changes, groups, commit)
    for group in groups:
        yield ""
        yield changed.headline(group)
        yield from (f"  {line}" for line in changed.names(group, most))
        yield from (f"  {line}" for line in changed.needs(group))
        yield from (f"    {line}" for line in group.lines)


def markdown(changes: Changes, groups: Sequence[Group], commit: str) -> str:
    """Return the comment: a line for each group first, then the changes folded, as many as fit.

    Whatever comes from a manifest stands in a block of code, so that nobody's text can format, link or mention anything.
    """
    head = [MARK, f"**{_summary(changes, groups, commit)}**", ""]
    overview = _within(_FOR_OVERVIEW, (_line(group) for group in groups))
    if len(overview) < len(groups):
        overview.append(f"- and {len(groups) - len(overview)} more, in the full text")
    left = LIMIT - _bytes([*head, *overview]) - 200
    details = _within(left, (_details(group) for group in groups if group.lines))
    missing = sum(1 for group in groups if group.lines) - len(details)
    more = [f"\n{missing} more did not fit; the full text has {'it' if missing == 1 else 'them'}."] if missing else []
    return "\n".join([*head, *overview, *([""] if details else []), *details, *more])


def _summary(changes: Changes, groups: Sequence[Group], commit: str) -> str:
    since = f"since {short(commit)}"
    renumbered = f"{count(len(changes.renumbered), 'service instance')} with a new version of the same objects"
    if not changes.instances:
        return f"nothing changes {since}" + (f"; {renumbered}" if changes.renumbered else "")
    kinds = [(kind, sum(1 for one in changes.instances if one.kind is kind)) for kind in Kind]
    counted = ", ".join(f"{count} {kind}" for kind, count in kinds if count)
    said = f"{count(len(changes.instances), 'service instance')} {since}: {counted}"
    if len(groups) < len(changes.instances):
        said += f" ({count(len(groups), 'distinct change')})"
    if signed := sum(1 for one in changes.instances if one.needs_approval):
        said += f"; {signed} would need approval"
    if guarded := sum(1 for one in changes.instances if one.is_guarded_otherwise):
        said += f"; {guarded} would be guarded otherwise"
    return said + (f"; {renumbered}" if changes.renumbered else "")


def _line(group: Group) -> str:
    """Return the overview's line: only names that the tree has checked, nothing that a manifest says."""
    needs = "; ".join(changed.needs(group))
    sign = "✋ " if group.needs_approval else ""
    named = "; ".join(changed.names(group, MOST_NAMES))
    return f"- {sign}{changed.headline(group)}{f' ({named})' if named else ''}{f': {needs}' if needs else ''}"


def _details(group: Group) -> str:
    body = "\n".join(group.lines)
    longest = max((len(one) for one in re.findall(r"`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"<details><summary>{changed.headline(group)}</summary>\n\n{fence}diff\n{body}\n{fence}\n\n</details>"


def _within(size: int, parts: Iterator[str]) -> list[str]:
    """Return the first parts that fit into that many bytes; one that is too large alone is left out, smaller ones follow."""
    found: list[str] = []
    for part in parts:
        if (taken := len(part.encode()) + 1) <= size:
            found.append(part)
            size -= taken
    return found


def _bytes(lines: Sequence[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)
