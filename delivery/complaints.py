"""What the YAML parser complains about, in plain words, and at the place that has to be mended.

The parser stops where it can no longer go on, which is often a line after the mistake: what was left open is found by
going through its events once more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml


class Complaint(NamedTuple):
    """What is wrong with a text, where, and the fix."""

    line: int
    """Counted from 1, as the column is; 0 where the parser does not say."""
    column: int
    what: str
    fix: str


_QUOTE = "put quotes around the value"
_SECOND_COLON = "a second colon makes this line unreadable", f"indent the line to fit, or {_QUOTE}"
_NO_COLON = "a key has no colon here", "write `key: value`, or indent the line to fit"
_PLAIN = (
    (r"mapping values are not allowed", *_SECOND_COLON),
    (r"cannot start any token", "`{}` may not begin a value", _QUOTE),
    (r"could not find expected ':'", *_NO_COLON),
    (
        r"did not find expected key",
        "the line does not fit its surroundings",
        f"indent it to match its neighbours, or {_QUOTE}",
    ),
    (
        r"did not find expected '-' indicator",
        "the line does not fit the list above it",
        "start it with `- `, or indent it to fit",
    ),
    (r"block sequence entries", "a list does not begin on the line of its key", "write its first `- ` on the next line"),
    (r"unexpected (end of stream|document indicator)", "the quotes that begin here do not end", "close the quotes"),
    (r"undefined alias", "the alias has no anchor above it", "write the anchor `&name` first, or the value itself"),
    (r"duplicate anchor", "the anchor is there twice", "give one of the two another name"),
    (r"escape", "the backslash means nothing here inside double quotes", "write \\\\, or use single quotes"),
)
_BEGUN = ("while scanning a simple key", "while scanning a quoted scalar")
"""What the parser names the beginning of, which is where the mistake is: it goes on for a line or more before it stops."""
_COLON = re.compile(r":(?=\s|\Z)")
_BRACKETS = {"[": "]", "{": "}"}
_LONGEST = 40
"""Characters that are shown of a line."""


class _Seen(NamedTuple):
    """What the parser had seen when it stopped. Lines and columns are counted from 0, as it does."""

    opened: tuple[int, int, str] | None
    """Line, column and sign of the innermost bracket or brace that is open; None outside of them."""
    quoted: tuple[int, int] | None
    """Line and column of the text before the mark, where that is in quotes and goes over several lines."""


def plain(wrong: yaml.MarkedYAMLError, text: str) -> Complaint:
    """Return a parser's complaint about a text in plain words, and at its place."""
    problem = wrong.problem or wrong.context or ""
    mark = wrong.context_mark if wrong.context in _BEGUN else wrong.problem_mark or wrong.context_mark
    if mark is None:
        return Complaint(0, 0, f"not valid YAML: {problem}", "look for it with another reader of YAML")
    # the lines that the parser counts, and no others
    lines = [*re.split(r"\r\n|[\n\r\x85\u2028\u2029]", text), ""]
    line, column, (what, fix) = mark.line, mark.column, ("", "")
    seen = _seen(text, lines, mark.line) if (wrong.context or "").startswith("while parsing") else _Seen(None, None)
    if seen.quoted:
        what, fix = f"the quotes that begin here end only before {_shown(lines[line][column:])}", "close them earlier"
        line, column = seen.quoted
    elif seen.opened:
        line, column, what, fix = _between_brackets(*seen.opened, lines, line, column)
    elif "mapping values" in problem and (above := _without_colon(lines, line, column)):
        line, column, what, fix = *above, *_NO_COLON
    else:
        what, fix = _told(problem, lines[line][:column], lines[line][column:])
    return Complaint(line + 1, column + 1, f"not valid YAML: {what}", fix)


def _without_colon(lines: list[str], line: int, column: int) -> tuple[int, int] | None:
    """Return line and column of a line that should end with a colon, since the one below it has the first one."""
    above = lines[line - 1] if line else ""
    if _COLON.search(lines[line][:column]) or _COLON.search(above) or not above.strip():
        return None
    return line - 1, _indent(above)


def _told(problem: str, before: str, after: str) -> tuple[str, str]:
    """Return the words for a problem outside of brackets, by what stands in its line before and after the mark."""
    if "cannot start any token" in problem and after[:1] == "\t":
        return "a tab indents this line", "use spaces"
    if after[:1] in ("]", "}") and "did not find expected" in problem:
        return f"the `{after[0]}` closes nothing", f"take it out, or {_QUOTE}"
    if "expected key" in problem and before.strip(" -"):
        return f"a value is complete before {_shown(after)}", "put quotes around the whole value"
    if "mapping values" in problem and not _COLON.search(before):
        return "the line goes on with the value above it, and then there is a colon", "indent the line to fit"
    for pattern, what, fix in _PLAIN:
        if re.search(pattern, problem):
            return what.format(after[:1]), fix
    return problem, "check the indentation and the quotes around here"


def _between_brackets(
    begins: int, at: int, sign: str, lines: list[str], line: int, column: int
) -> tuple[int, int, str, str]:
    """Return line, column, problem and fix where the parser stopped before a bracket or brace was closed."""
    before, after = lines[line][:column], lines[line][column:]
    outside = _outside(lines, begins, at, line)
    is_end = not any(map(str.strip, (after, *lines[line + 1 :])))
    if outside or is_end or after[:1] in ("]", "}"):
        follows = _shown(outside or after) if outside or not is_end else "the end of the document"
        what = f"the `{sign}` that begins here is not closed before {follows}"
        return begins, at, what, f"close it with `{_BRACKETS[sign]}`, or {_QUOTE}"
    if after[:1] == ",":
        return line, column, "there is no value before the comma", "write one, or take the comma out"
    if re.match(r"-(\s|\Z)", after):
        return line, column, "between brackets a `- ` begins no item", "take it out, and write commas between the items"
    key = re.search(r"[^\s:,\[{]+\s*\Z", before) if after[:1] == ":" else None
    if key and re.search(r"[:,\[{]\s*\Z", before[: key.start()]):
        return line, column, *_SECOND_COLON
    start = key.start() if key else column
    return line, start, f"a comma is missing before {_shown(lines[line][start:])}", f"write it, or {_QUOTE}"


def _outside(lines: list[str], begins: int, at: int, line: int) -> str:
    """Return the first line, up to the one where the parser stopped, that is indented like what is around a bracket."""
    inner = _indent(lines[begins])
    # where the bracket is the first thing in its line, what it holds may stand right below it
    least = inner if at == inner else inner + 1
    below = (one for one in lines[begins + 1 : line + 1] if one.strip())
    return next((one for one in below if len(one) - len(one.lstrip(" ")) < least), "")


def _seen(text: str, lines: list[str], stopped: int) -> _Seen:
    opened: list[tuple[int, int, str]] = []
    quoted = None
    for event in _events(text):
        begin, end = event.start_mark, event.end_mark
        is_long = isinstance(event, yaml.ScalarEvent) and event.style in ("'", '"') and begin.line < end.line == stopped
        quoted = (begin.line, begin.column) if is_long else None
        if isinstance(event, yaml.CollectionStartEvent):
            # an anchor or a tag may come first
            sign = re.search(r"[\[{]", lines[begin.line][begin.column :]) if event.flow_style else None
            opened.append((begin.line, begin.column + sign.start(), sign[0]) if sign else (0, 0, ""))
        elif isinstance(event, yaml.CollectionEndEvent):
            opened.pop()
    return _Seen(opened[-1] if opened and opened[-1][2] else None, quoted)


def _events(text: str) -> Iterator[Any]:
    try:
        yield from yaml.parse(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return


def _indent(line: str) -> int:
    """Return the column in which a line says something; the dashes of a list are its indentation."""
    found = re.match(r"(?: |- )*", line)
    return found.end() if found else 0


def _shown(text: str) -> str:
    shown = text.strip()
    return f"`{shown if len(shown) <= _LONGEST else shown[:_LONGEST] + '…'}`"
