"""What the YAML parser complains about, in plain words."""

from __future__ import annotations

import re

import yaml

_QUOTE = "put quotes around the value"
_PLAIN = (
    (r"mapping values are not allowed", "a second colon makes this line unreadable", f"indent the line to fit, or {_QUOTE}"),
    (
        r"cannot start any token",
        "`{}` may not begin a value",
        _QUOTE,
    ),
    (r"could not find expected ':'", "a key has no colon here", "write `key: value`, or indent the line to fit"),
    (
        r"did not find expected key",
        "the line does not fit its surroundings",
        "indent it to match its neighbours, or put quotes around the value",
    ),
    (
        r"did not find expected '-' indicator",
        "the line does not fit the list above it",
        "start it with `- `, or indent it to fit",
    ),
    (r"did not find expected ',' or '[]}]'", "a bracket or brace is not closed", "close it, or put quotes around the value"),
    (r"unexpected end of stream", "the file ends inside quotes", "close the quotes"),
    (r"undefined alias", "the alias has no anchor above it", "write the anchor `&name` first, or the value itself"),
    (r"duplicate anchor", "the anchor is there twice", "give one of the two another name"),
    (r"escape", "the backslash means nothing here inside double quotes", "write \\\\, or use single quotes"),
)


def character(text: str, mark: yaml.Mark | None) -> str:
    """Return the character that a mark points to."""
    lines = text.splitlines()
    return lines[mark.line][mark.column : mark.column + 1] if mark and mark.line < len(lines) else ""


def plain(problem: str, found: str) -> tuple[str, str]:
    """Return a parser's complaint in plain words, and a fix."""
    if "cannot start any token" in problem and found == "\t":
        return "not valid YAML: a tab indents this line", "use spaces"
    for pattern, what, fix in _PLAIN:
        if re.search(pattern, problem):
            return f"not valid YAML: {what.format(found)}", fix
    return f"not valid YAML: {problem}", "check the indentation and the quotes around here"
