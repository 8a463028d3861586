"""Kubernetes objects as YAML that people read and kubectl loads: plain where that is safe, quoted where it is not.

PyYAML's emitter is safe and says the same, but takes as long as all the rest of rendering a thousand services. What it would
have to decide for every scalar is decided here once per distinct text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./@-]*(?::[A-Za-z0-9_./@-]+)*\Z")
"""Text that no YAML reader takes for anything else, the words below apart: no space, no indicator, no digit first."""
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "inf", "nan"})
_UNPRINTABLE = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
"""What JSON lets stand inside quotes and YAML does not."""
_BLOCK = re.compile(r"(?=\S)[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]*(?<=\S)\n?\Z")
"""Text of several lines that may stand as it is: it begins and ends with something visible."""


def text(objects: Iterable[Mapping[str, Any]]) -> str:
    """Return a stream of YAML documents, each begun by `---`, keys in the order they have."""
    lines: list[str] = []
    for one in objects:
        lines.append("---")
        lines += _mapping(one, "") if one else ["{}"]
    return "".join(f"{line}\n" for line in lines)


def _mapping(found: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, value in found.items():
        yield from _entry(f"{indent}{_scalar(name)}:", value, indent)


def _entry(head: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        yield head
        yield from _mapping(value, indent + "  ")
    elif isinstance(value, list | tuple) and value:
        yield head
        yield from _sequence(value, indent)
    elif isinstance(value, str) and "\n" in value and _BLOCK.match(value):
        yield f"{head} {'|' if value.endswith(chr(10)) else '|-'}"
        yield from (f"{indent}  {line}" if line else "" for line in value.removesuffix("\n").split("\n"))
    else:
        yield f"{head} {_leaf(value)}"


def _sequence(found: Iterable[Any], indent: str) -> Iterator[str]:
    inner = indent + "  "
    for value in found:
        if value and isinstance(value, dict | list | tuple):
            first, *others = _mapping(value, inner) if isinstance(value, dict) else _sequence(value, inner)
            yield f"{indent}- {first[len(inner) :]}"
            yield from others
        else:
            yield from _entry(f"{indent}-", value, indent)


def _leaf(value: Any) -> str:
    if isinstance(value, str):
        return _scalar(value)
    written = json.dumps(value)
    # readers of YAML 1.1 take 1e+21 for text: to them a float has a point
    return written.replace("e", ".0e", 1) if isinstance(value, float) and "." not in written else written


@lru_cache(maxsize=65536)
def _scalar(value: str) -> str:
    if _PLAIN.match(value) and value.lower() not in _WORDS:
        return value
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(value, ensure_ascii=False))
