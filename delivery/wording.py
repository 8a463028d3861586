"""The one place where the validator's words become plain ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from delivery.document import Date, Node
from delivery.problems import nearest

Words = tuple[str, str]
"""What is wrong, and the fix."""
_LONGEST = 120
"""Characters of a value that are shown."""


def kind(node: Node) -> str:
    """Return what YAML makes of a value, in plain words."""
    data = node.data
    if data is None:
        return "null"
    if isinstance(data, bool):
        return "a boolean"
    if isinstance(data, int | float):
        return "a number"
    if isinstance(data, str):
        return "text"
    return {Date: "a date", list: "a list", dict: "a mapping"}[type(data)]


def say(field: str, node: Node, error: Mapping[str, Any]) -> Words:
    """Return the plain words for one error of the validator about a value."""
    known = _WORDS.get(error["type"])
    if known is None:
        return f"{field}: {error['msg'][:1].lower()}{error['msg'][1:]}", "write a value of the right type"
    return known(field, node, error.get("ctx", {}))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _shown(node: Node) -> str:
    return f"`{_short(node.text)}`" if node.text else kind(node)


def _text(field: str, node: Node, _: Mapping[str, Any]) -> Words:
    if isinstance(node.data, list | dict):
        return f"{field} must be text, not {kind(node)}", _braces(node) or "write one value"
    return f"{field} must be text, and YAML reads {_shown(node)} as {kind(node)}", f'quote it: "{_short(node.text)}"'


def _braces(node: Node) -> str:
    """Return the fix for a template that lacks its quotes: YAML reads its braces as a mapping."""
    return 'put quotes around a template: "{{…}}"' if isinstance(node.data, dict) and not node.data else ""


def _text_or_number(field: str, node: Node, _: Mapping[str, Any]) -> Words:
    if isinstance(node.data, list | dict):
        return f"{field} must be text or a whole number, not {kind(node)}", _braces(node) or "write one value"
    what = f"{field} must be text or a whole number, and YAML reads {_shown(node)} as {kind(node)}"
    return what, f'quote it: "{_short(node.text)}"'


def _boolean(field: str, node: Node, _: Mapping[str, Any]) -> Words:
    text = node.text.lower()
    near = text if text in ("true", "false") else None
    return f"{field} must be true or false, not {_shown(node)}", (
        f"write {near}, without quotes" if near else "write true or false"
    )


def _whole(field: str, node: Node, _: Mapping[str, Any]) -> Words:
    digits = node.text.lstrip("-").isdigit() and isinstance(node.data, str)
    return f"{field} must be a whole number, not {kind(node) if digits else _shown(node)}", (
        f"write {_short(node.text)}, without quotes" if digits else "write a whole number, such as 3"
    )


def _literal(field: str, node: Node, context: Mapping[str, Any]) -> Words:
    names = [name.strip("'") for name in str(context["expected"]).replace(" or ", ", ").split(", ")]
    text = node.text[:_LONGEST]
    near = nearest(text.upper().replace("-", "_"), names) or nearest(text, names)
    fix = f"did you mean {near!r}?" if near else f"write one of {', '.join(names)}"
    return f"{field} must be {'one of ' if len(names) > 1 else ''}{', '.join(names)}, not {_shown(node)}", fix


def _rule(field: str, node: Node, context: Mapping[str, Any]) -> Words:
    what = str(context["what"])
    return f"{field} {what}" if what.startswith("must") else f"{field}: {_shown(node)} {what}", str(context["fix"])


_WORDS: Mapping[str, Callable[[str, Node, Mapping[str, Any]], Words]] = {
    "string_type": _text,
    "text_or_number": _text_or_number,
    "bool_type": _boolean,
    "int_type": _whole,
    "literal_error": _literal,
    "rule": _rule,
}
