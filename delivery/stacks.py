"""A stack file: its keys `pvn:…` become a shape, everything else in it is Pulumi's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from delivery import walker
from delivery.document import Node
from delivery.problems import Problem, Spot, nearest
from delivery.shapes.fields import camel, plan
from delivery.shapes.stack import Stack

PREFIX = "pvn:"
PULUMIS = ("config", "encryptedkey", "encryptionsalt", "environment", "imports", "secretsprovider")
"""The top-level keys of Pulumi's stack files."""


def name_of(file: str) -> str | None:
    """Return the stack that a file name stands for, None where it is no stack file."""
    found = re.fullmatch(r"Pulumi\.(.+)\.ya?ml", file)
    return found[1] if found else None


def read(node: Node, file: str) -> tuple[Stack | None, tuple[Problem, ...]]:
    """Return the stack of a file, None where it cannot be used, and what is wrong with it."""
    if not isinstance(node.data, dict) or node.keys is None:
        return None, (Problem(Spot(file, node.line, node.column), "a stack file is a mapping", "write `config:`"),)
    problems = list(_strangers(node, file))
    config = node.data.get("config")
    if config is None or config.data is None:
        config = Node({}, node.line, node.column, "", {})
    if not isinstance(config.data, dict) or config.keys is None:
        at = Spot(file, config.line, config.column)
        return None, (*problems, Problem(at, "`config` must be a mapping", "write `pvn:…` keys below it"))
    own: dict[str, Node] = {}
    keys: dict[str, tuple[int, int]] = {}
    known = fields()
    for key, value in config.data.items():
        at = Spot(file, *config.keys[key])
        if key in known:
            secrets = tuple(_secrets(value, file))
            problems += secrets
            if not secrets:
                own[known[key]], keys[known[key]] = value, config.keys[key]
        elif key.startswith(PREFIX) or ":" not in key:
            problems.append(stranger(key, at))
    stack, wrong = walker.walk(Node(own, config.line, config.column, "", keys), Stack, file)
    return (stack if not problems else None), (*problems, *wrong)


def fields() -> Mapping[str, str]:
    """Return the fields of a stack, by our keys for them in both spellings."""
    return {PREFIX + name: name for name in plan(Stack).slots}


def stranger(key: str, at: Spot) -> Problem:
    """Return what to say of a key that is meant to be one of ours and is none."""
    names = sorted({camel(slot.name) for slot in plan(Stack).names})
    near = nearest(key.rpartition(":")[2], names)
    shown = ", ".join(PREFIX + name for name in names)
    fix = f"did you mean '{PREFIX}{near}'?" if near else f"known keys: {shown}"
    return Problem(at, f"there is no key `{key}` in a stack's config", fix)


def _strangers(node: Node, file: str) -> Iterator[Problem]:
    assert isinstance(node.data, dict)
    for key in node.data:
        if key not in PULUMIS:
            near = nearest(key, PULUMIS)
            fix = f"did you mean {near!r}?" if near else "move it under `config:`, or take it out"
            yield Problem(Spot(file, *(node.keys or {})[key]), f"a stack file has no key `{key}`", fix)


def _secrets(node: Node, file: str) -> Iterator[Problem]:
    """Yield the encrypted values inside a node: what describes runtimes and registries is no secret."""
    if isinstance(node.data, dict):
        if list(node.data) == ["secure"]:
            what = "a secret has no place in this configuration"
            fix = "write the value in plain; keep secrets in your cloud's store"
            yield Problem(Spot(file, node.line, node.column), what, fix)
        for value in node.data.values():
            yield from _secrets(value, file)
    elif isinstance(node.data, list):
        for value in node.data:
            yield from _secrets(value, file)
