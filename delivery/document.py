"""YAML text to plain data, with the line and column of every key and value.

YAML 1.1, as the format's own tools read it: `yes` is a boolean, `012` a number. One document a file, no key twice,
no tags of one's own. Anchors, aliases and merge keys work.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import yaml
from msgspec import Struct
from yaml._yaml import CParser
from yaml.resolver import Resolver

from delivery import complaints
from delivery.problems import Problem, Refused, Spot

_TAG = "tag:yaml.org,2002:"
_STR, _SEQ, _MAP, _MERGE = _TAG + "str", _TAG + "seq", _TAG + "map", _TAG + "merge"
_MOST_BLOCKS = 20_000
"""More lists and mappings than this come from aliases that unfold one another, not from a person's hand."""
_DEEPEST = 100
"""Levels inside one another; the format needs about twenty."""


class Node(Struct):
    """A value and its place."""

    data: str | int | float | bool | Date | list[Node] | dict[str, Node] | None
    line: int
    column: int
    text: str = ""
    """A scalar as written, without its quotes."""
    keys: dict[str, tuple[int, int]] | None = None
    """For a mapping: the line and column of each key."""
    begins: int = 0
    """For a text below a `|` or `>`: its first line."""
    is_spoilt: bool = False
    """Whether what is wrong with it has been said, so that nothing more needs saying."""


class Date(Struct, frozen=True):
    """A value that YAML reads as a date."""

    text: str


_MOST_DIGITS = 100
_SUSPICIOUS = 5_000
"""A text with fewer signs that can begin a level than this cannot nest deep enough to do harm."""

Plain = str | int | float | bool | Date | None
"""What a scalar can be."""


def read(text: str, file: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """Return the one document of a text and what is wrong with it.

    The node is None where the text cannot be read at all; else the problems are duplicate keys and the like, and the
    rest can be checked too.
    """
    reader = _Reader(file)
    node = reader.compose(text)
    try:
        found = None if node is None else reader.value(node)
    except _Endless:
        found = None
    return found, tuple(reader.problems)


def load(text: str, file: str) -> Node:
    """Return the one document of a text. Raises Refused where anything is wrong with it."""
    node, problems = read(text, file)
    if problems or node is None:
        raise Refused(problems)
    return node


class _Composer(CParser, Resolver):
    """PyYAML's C parser, with tags resolved once for each distinct text."""

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)
        Resolver.__init__(self)

    def resolve(self, kind: type, value: str | None, implicit: tuple[bool, bool]) -> str:
        if kind is yaml.ScalarNode:
            return _scalar_tag(value or "") if implicit[0] else _STR
        return _TAG + ("seq" if kind is yaml.SequenceNode else "map")

    def descend_resolver(self, *_: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


_RESOLVER = Resolver()


@lru_cache(maxsize=4096)
def _scalar_tag(value: str) -> str:
    return str(_RESOLVER.resolve(yaml.ScalarNode, value, (True, False)))  # type: ignore[no-untyped-call]  # stubs


def is_bottomless(text: str) -> bool:
    """Return whether a text nests so deep that composing it, which recurses in C, would crash. Raises YAMLError."""
    if sum(map(text.count, ("[", "{", "- ", "? "))) <= _SUSPICIOUS:
        return False
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return True
    return False


class _Endless(Exception):
    """Ends the reading of a file that would take for ever."""


class _Reader:
    """Collects the problems of one file while its nodes become values."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._open: set[int] = set()
        self._values = 0

    def say(self, line: int, column: int, what: str, fix: str) -> None:
        self.problems.append(Problem(Spot(self.file, line, column), what, fix))

    def compose(self, text: str) -> yaml.Node | None:
        try:
            if is_bottomless(text):
                self.problems.append(Problem(Spot(self.file), "the YAML is nested too deep", "make it flatter"))
                return None
            return self._only(_Composer(text))
        except yaml.MarkedYAMLError as wrong:
            self.say(*complaints.plain(wrong, text))
        except yaml.reader.ReaderError as wrong:
            line = text.count("\n", 0, wrong.position) + 1
            what = (
                f"the character {chr(wrong.character)!r} is not allowed in YAML"
                if isinstance(wrong.character, int)
                else "a character is not allowed in YAML"
            )
            self.say(line, wrong.position - text.rfind("\n", 0, wrong.position), what, "delete it")
        return None

    def _only(self, parser: _Composer) -> yaml.Node | None:
        if not parser.check_node():
            self.problems.append(Problem(Spot(self.file), "the file is empty", "write its block, or delete the file"))
            return None
        node = parser.get_node()
        if parser.check_node() and (second := parser.get_node()) is not None:
            what = "there is a second YAML document, and only one object fits into a file"
            mark = second.start_mark
            self.say(mark.line + 1, mark.column + 1, what, "move it to a file of its own")
        return node

    def value(self, node: yaml.Node) -> Node:
        mark = node.start_mark
        line, column = mark.line + 1, mark.column + 1
        if type(node) is yaml.ScalarNode:
            text: str = node.value
            begins = line + 1 if node.style in ("|", ">") else 0
            data = text if node.tag == _STR else self._scalar(node.tag, text, line, column)
            return Node(data, line, column, text, None, begins)
        self._values += 1
        if id(node) in self._open:
            self.say(line, column, "an anchor holds an alias of itself", "write the value out")
            return Node(None, line, column, is_spoilt=True)
        if self._values > _MOST_BLOCKS or len(self._open) > _DEEPEST:
            what = "aliases unfold to too many values" if self._values > _MOST_BLOCKS else "the YAML is nested too deep"
            self.say(line, column, what, "write the values out" if self._values > _MOST_BLOCKS else "make it flatter")
            raise _Endless
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                if node.tag != _SEQ:
                    self._refuse_tag(node.tag, line, column)
                return Node([self.value(item) for item in node.value], line, column)
            if node.tag != _MAP:
                self._refuse_tag(node.tag, line, column)
            return self._mapping(node.value, line, column)
        finally:
            self._open.discard(id(node))

    def _mapping(self, pairs: list[tuple[yaml.Node, yaml.Node]], line: int, column: int) -> Node:
        data: dict[str, Node] = {}
        keys: dict[str, tuple[int, int]] = {}
        merged: list[yaml.Node] = []
        is_spoilt = False
        for key, value in pairs:
            mark = key.start_mark
            place = mark.line + 1, mark.column + 1
            if key.tag == _MERGE:
                merged.append(value)
            elif not isinstance(key, yaml.ScalarNode):
                is_spoilt = True
                what = "a list or a mapping cannot be a key"
                self.say(*place, what, 'put quotes around the value: a template in braces is written "{{…}}"')
            elif key.tag not in _KEY_TAGS:
                kind = _KINDS.get(key.tag, "not text")
                self.say(*place, f"the key `{key.value}` is {kind}, and keys are text", f'quote it: "{key.value}"')
            elif key.value in data:
                first = keys[key.value][0]
                what = f"the key `{key.value}` is there twice, first on line {first}"
                self.say(*place, what, "keep one of the two")
            else:
                keys[key.value] = place
                data[key.value] = self.value(value)
        for source in merged:
            self._merge(source, data, keys)
        return Node(data, line, column, "", keys, 0, is_spoilt)

    def _merge(self, source: yaml.Node, data: dict[str, Node], keys: dict[str, tuple[int, int]]) -> None:
        sources = source.value if isinstance(source, yaml.SequenceNode) else [source]
        for one in sources:
            found = self.value(one)
            if not isinstance(found.data, dict) or found.keys is None:
                self.say(
                    found.line, found.column, "only a mapping can be merged", "merge an anchor of a mapping: `<<: *name`"
                )
                continue
            for key, value in found.data.items():
                if key not in data:
                    data[key], keys[key] = value, found.keys[key]

    def _scalar(self, tag: str, text: str, line: int, column: int) -> Plain:
        try:
            if tag in _READ:
                return _READ[tag](text)
        except (ValueError, KeyError):
            self.say(line, column, f"`{text}` is not what its tag says", "take the tag out")
            return text
        self._refuse_tag(tag, line, column)
        return text

    def _refuse_tag(self, tag: str, line: int, column: int) -> None:
        shown = "!!" + tag.removeprefix(_TAG) if tag.startswith(_TAG) else tag
        self.say(line, column, f"the tag `{shown}` is not supported", "take it out and write a plain value")


def _boolean(text: str) -> bool:
    return {"yes": True, "no": False, "true": True, "false": False, "on": True, "off": False}[text.lower()]


def _whole(text: str) -> int:
    # nothing here takes numbers of so many digits, and Python does not read them by the thousand
    digits = text.replace("_", "")[:_MOST_DIGITS]
    sign, digits = (-1, digits[1:]) if digits.startswith("-") else (1, digits.removeprefix("+"))
    if ":" in digits:
        total = 0
        for part in digits.split(":"):
            total = total * 60 + int(part)
        return sign * total
    if digits.startswith("0") and digits != "0":
        return sign * int(digits, {"x": 16, "b": 2}.get(digits[1].lower(), 8))
    return sign * int(digits)


def _fraction(text: str) -> float:
    digits = text.replace("_", "").lower()
    if digits.lstrip("+-").startswith("."):
        digits = digits.replace(".inf", "inf").replace(".nan", "nan")
    return float(digits) if ":" not in digits else float(digits.replace(":", ""))


_READ: dict[str, Callable[[str], Plain]] = {
    _TAG + "null": lambda _: None,
    _TAG + "bool": _boolean,
    _TAG + "int": _whole,
    _TAG + "float": _fraction,
    _TAG + "timestamp": Date,
    _TAG + "value": str,
}
_KEY_TAGS = {_STR, _TAG + "value"}
_KINDS = {
    _TAG + "bool": "a boolean in YAML",
    _TAG + "int": "a number",
    _TAG + "float": "a number",
    _TAG + "null": "null",
    _TAG + "timestamp": "a date",
}
