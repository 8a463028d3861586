"""Gitignore patterns, as far as `exclude_patterns` and `include_patterns` need them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Return whether a path, relative to where the patterns are at home, or a folder above it, is meant.

    The last pattern that fits decides; one that begins with `!` takes a path out again.
    """
    parts = path.split("/")
    above = ["/".join(parts[: count + 1]) for count in range(len(parts))]
    is_meant = False
    for pattern in patterns:
        negated = pattern.startswith("!")
        if any(_expression(pattern.removeprefix("!")).fullmatch(one) for one in above):
            is_meant = not negated
    return is_meant


@lru_cache(maxsize=512)
def _expression(pattern: str) -> re.Pattern[str]:
    body = pattern.strip().rstrip("/")
    # a slash anywhere but at the end ties a pattern to its home; else it fits at any depth
    prefix = "" if "/" in body else "(?:.*/)?"
    body = body.removeprefix("/")
    found = ""
    while body:
        if body.startswith("**/"):
            found, body = found + "(?:.*/)?", body[3:]
        elif body.startswith("**"):
            found, body = found + ".*", body[2:]
        elif body[0] in "*?":
            found, body = found + ("[^/]*" if body[0] == "*" else "[^/]"), body[1:]
        elif body[0] == "[" and "]" in body:
            inner, body = body[1:].split("]", 1)
            found += "[" + inner.replace("\\", "\\\\").replace("!", "^", 1 if inner.startswith("!") else 0) + "]"
        else:
            found, body = found + re.escape(body[0]), body[1:]
    return re.compile(prefix + found)
