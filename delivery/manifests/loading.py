"""One YAML document to plain JSON data, by kubectl's rules."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml
from yaml._yaml import CParser
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from delivery import complaints
from delivery.manifests import scalars
from delivery.manifests.scalars import ScalarError

_MOST_VALUES = 400_000
"""go-yaml gives up where aliases unfold to more than this."""
_OPEN = object()
_ESCAPED_SLASH = re.compile(r"(?<!\\)(?:\\\\)*\\/")
_MISPLACED_BOM = re.compile("\\n\ufeff")

Event = Any
"""One of PyYAML's events; its stubs know neither their fields nor that parsing always yields one."""


class YamlError(Exception):
    """A text that kubectl would refuse: the place in the text, both from 1 (0: unknown), the problem and the fix."""

    def __init__(self, line: int, column: int, what: str, fix: str) -> None:
        self.line, self.column, self.what, self.fix = line, column, what, fix
        super().__init__(what)

    def moved(self, lines: int) -> YamlError:
        """Return the same error for a text that begins some lines later."""
        return YamlError(self.line + lines, self.column, self.what, self.fix)


def load(text: str) -> tuple[Any, int]:
    """Return the first document of a text, None where there is none, and the line it begins on. Raises YamlError.

    kubectl ignores, without a word, whatever its parser finds after the first document; here that is an error.
    """
    if found := _MISPLACED_BOM.search(text):
        line = text.count("\n", 0, found.end()) + 1
        raise YamlError(line, 0, "a byte order mark in the middle of the text", "remove the invisible character")
    parser: Any = CParser(text)
    try:
        parser.get_event()
        if isinstance(parser.get_event(), StreamEndEvent):
            return None, 1
        get = _kubectls(parser.get_event, text)
        event = get()
        line = event.start_mark.line + 1
        value = _Builder(get).value(event)
        end = parser.get_event().end_mark.line + 1
    except yaml.MarkedYAMLError as wrong:
        raise YamlError(*complaints.plain(wrong, text)) from None
    except yaml.reader.ReaderError as wrong:
        what = f"not valid YAML: a character that may not be there ({wrong.reason})"
        raise YamlError(text.count("\n", 0, wrong.position) + 1, 0, what, "remove the character") from None
    except RecursionError:
        raise YamlError(0, 0, "the document is nested too deeply", "flatten it") from None
    if not _ends(parser):
        what = "the document ends before this line, and kubectl would ignore what follows"
        raise YamlError(end, 0, what, "mend the indentation, or begin the next document with `---`")
    return value, line


def _ends(parser: Any) -> bool:
    try:
        return isinstance(parser.get_event(), StreamEndEvent)
    except yaml.YAMLError:
        return False


def _kubectls(get: Callable[[], Event], text: str) -> Callable[[], Event]:
    """Return a source of events that refuses the little that go-yaml refuses and libyaml does not."""
    slashes = "\\/" in text
    if not slashes and ("?" not in text or ("[" not in text and "{" not in text)):
        return get
    depth = 0

    def next_event() -> Event:
        nonlocal depth
        event: Any = get()
        kind: type = event.__class__
        if kind is MappingStartEvent or kind is SequenceStartEvent:
            depth += bool(depth or event.flow_style)
        elif depth and (kind is MappingEndEvent or kind is SequenceEndEvent):
            depth -= 1
        elif kind is ScalarEvent:
            if depth and not event.style and "?" in event.value:
                raise _error(event, "a `?` ends plain text between brackets", "quote the text")
            written = text[event.start_mark.index : event.end_mark.index]
            if slashes and event.style == '"' and _ESCAPED_SLASH.search(written):
                raise _error(event, "kubectl does not know the escape `\\/`", "write the slash alone")
        return event

    return next_event


def copied(value: Any) -> Any:
    """Return JSON data that shares nothing with the given."""
    if value.__class__ is dict:
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if value.__class__ is list else value


class _Builder:
    """Makes values of one document's events."""

    def __init__(self, get: Callable[[], Event]) -> None:
        self._get = get
        self._anchors: dict[str, Any] = {}
        self._budget = _MOST_VALUES

    def value(self, event: Event) -> Any:
        kind = event.__class__
        if kind is ScalarEvent:
            return self._json(event)
        if kind is MappingStartEvent:
            return self._mapping(event)
        if kind is AliasEvent:
            return self._alias(event)
        return self._sequence(event)

    def _sequence(self, event: Event) -> list[Any]:
        found: list[Any] = []
        self._begin(event)
        while (item := self._get()).__class__ is not SequenceEndEvent:
            found.append(self.value(item))
        self._end(event, found)
        return found

    def _mapping(self, event: Event) -> dict[str, Any]:
        found: dict[str, Any] = {}
        written: dict[str, object] = {}
        self._begin(event)
        while (item := self._get()).__class__ is not MappingEndEvent:
            if item.__class__ is ScalarEvent and item.value == "<<" and _merges(item):
                self._merge(self._get(), found)
                continue
            name = self._key(item, found, written)
            found[name] = self.value(self._get())
        self._end(event, found)
        return found

    def _key(self, event: Event, found: dict[str, Any], written: dict[str, object]) -> str:
        if event.__class__ is ScalarEvent:
            typed = self._scalar(event)
        elif event.__class__ is AliasEvent and not isinstance(typed := self._alias(event), dict | list):
            pass
        else:
            raise _error(event, "a mapping or a list is used as a key", "write text before the colon")
        try:
            name = scalars.key(typed)
        except ScalarError as wrong:
            raise _error(event, str(wrong), "quote the key") from None
        if (not isinstance(typed, str) or written) and name in found and written.get(name, str) is not type(typed):
            raise _error(event, f"two keys read {name!r} and kubectl keeps either", "keep one of them")
        if not isinstance(typed, str):
            written[name] = type(typed)
        return name

    def _merge(self, event: Event, found: dict[str, Any]) -> None:
        value = self.value(event)
        parts = value[::-1] if isinstance(value, list) and event.__class__ is not AliasEvent else [value]
        for part in parts:
            if not isinstance(part, dict):
                raise _error(event, "`<<` merges something that is no mapping", "give it an alias of a mapping")
            found.update(part)

    def _alias(self, event: Event) -> Any:
        if event.anchor not in self._anchors:
            raise _error(event, f"there is no anchor &{event.anchor} before this alias", "define the anchor first")
        value = self._anchors[event.anchor]
        if value is _OPEN:
            raise _error(event, f"the anchor &{event.anchor} contains itself", "write it out")
        self._budget -= _size(value)
        if self._budget < 0:
            raise _error(event, "the aliases of this document unfold to too much", "write it out")
        return copied(value)

    def _begin(self, event: Event) -> None:
        if event.anchor is not None:
            self._anchors[event.anchor] = _OPEN

    def _end(self, event: Event, value: Any) -> None:
        if event.anchor is not None:
            self._anchors[event.anchor] = value

    def _json(self, event: Event) -> Any:
        value = self._scalar(event)
        if value.__class__ is str or value is None or value.__class__ is bool:
            return value
        try:
            return scalars.number(value)
        except ScalarError as wrong:
            raise _error(event, str(wrong), "quote it, if it is text") from None

    def _scalar(self, event: Event) -> Any:
        if event.tag is not None:
            try:
                value = scalars.tagged(event.tag, event.value)
            except ScalarError as wrong:
                raise _error(event, str(wrong), "mend the tag or the value") from None
        else:
            value = scalars.plain(event.value) if event.implicit[0] else event.value
        if event.anchor is not None:
            self._anchors[event.anchor] = value
        return value


def _merges(event: Event) -> bool:
    return bool(event.implicit[0]) or event.tag == "tag:yaml.org,2002:merge"


def _size(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + len(value) + sum(map(_size, value.values()))
    return 1 + sum(map(_size, value)) if isinstance(value, list) else 1


def _error(event: Event, what: str, fix: str) -> YamlError:
    return YamlError(event.start_mark.line + 1, event.start_mark.column + 1, what, fix)
