"""Ask the engine which configuration it runs with: it must be the reviewed file's, whole."""

from __future__ import annotations

import json
from pathlib import Path

import yaml
from pulumi.runtime.config import get_config_env

from delivery.problems import Problem, Refused, Spot
from delivery.shapes.stack import Stack
from delivery.tree import Tree


def of_stack(tree: Tree, root: Path, name: str) -> Stack:
    """Return a stack's settings. Raises Refused where there is no file for it or the engine runs with something else.

    `--config` and `--config-file` could otherwise say what no reviewer saw, or be ignored without a word.
    """
    file = Spot(f"Pulumi.{name}.yaml")
    if name not in tree.stacks:
        known = ", ".join(sorted(tree.stacks)) or "none"
        fix = f"write it (see Pulumi.staging.yaml and examples/), or use one of: {known}"
        raise Refused([Problem(file, f"stack {name!r} has no file that says what it consists of", fix)])
    written = yaml.safe_load((root / file.file).read_text()).get("config") or {}
    engine = {key: _value(text) for key, text in get_config_env().items()}
    given = {key for key in {*written, *engine} if key.startswith("pvn:")}
    differing = sorted(key for key in given if engine.get(key) != written.get(key))
    fix = f"write it into {file.file}, and leave out --config and --config-file"
    if differing:
        raise Refused(Problem(file, f"the engine runs with another value for {key!r}", fix) for key in differing)
    return tree.stacks[name]


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text
