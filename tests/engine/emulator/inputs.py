"""What a type takes, by the word of the cloud's own SDK: unknown, missing and misshapen properties are found."""

from __future__ import annotations

import functools
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tools.toolchain import cache

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What stands on the wire for a value that only the update itself will tell."""
SDKS = {"aws": "pulumi_aws", "gcp": "pulumi_gcp", "azure-native": "pulumi_azure_native"}
Types = Mapping[str, Any]
"""Shapes by name. "" is the type itself: {properties: {name: shape}, required: [name], outputs: [name]}."""


def wrong(token: str, properties: Mapping[str, Any]) -> list[str]:
    """Return what an SDK's own types have against the inputs of a resource, each with its path."""
    types = of(token)
    return list(_wrong(types, {"ref": ""}, properties, ""))


@functools.cache
def of(token: str) -> Types:
    """Return the shapes of a type, as `sdk.py` once read them out of the SDK: that takes seconds."""
    if not place(token).exists():
        root = Path(__file__).resolve().parents[3]
        subprocess.run([sys.executable, "-m", "tests.engine.emulator.sdk", token], cwd=root, check=True)
    found: Types = json.loads(place(token).read_text())
    return found


def place(token: str) -> Path:
    """Return where the shapes of a type are kept: in the cache outside the tree, by the SDK's version."""
    package = token.split(":", 1)[0]
    recipe = hashlib.sha256(Path(__file__).with_name("sdk.py").read_bytes()).hexdigest()[:8]
    release = version(SDKS[package].replace("_", "-"))
    name = token.replace("/", ".").replace(":", "_")
    return cache.home().with_name("emulator") / f"{package}-{release}-{recipe}" / f"{name}.json"


def _wrong(types: Types, shape: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
    if value is None or value == UNKNOWN or not shape:
        return
    if "any" in shape:
        answers = [list(_wrong(types, one, value, path)) for one in shape["any"]]
        yield from min(answers, key=len)
    elif "list" in shape:
        yield from _wrong_items(types, shape["list"], value, path)
    elif "map" in shape or "ref" in shape:
        if isinstance(value, Mapping):
            yield from _wrong_properties(types, shape, value, path)
        else:
            yield f"{path}: expected properties, found {value!r}"
    elif isinstance(value, Mapping | list):
        yield f"{path}: expected a single value, found {value!r}"
    elif "bool" in shape and value not in (True, False, "true", "false"):
        yield f"{path}: expected true or false, found {value!r}"


def _wrong_items(types: Types, shape: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path}: expected a list, found {value!r}"
        return
    for number, item in enumerate(value):
        yield from _wrong(types, shape, item, f"{path}[{number}]")


def _wrong_properties(types: Types, shape: Mapping[str, Any], value: Mapping[str, Any], path: str) -> Iterator[str]:
    if "map" in shape:
        for name, item in value.items():
            yield from _wrong(types, shape["map"], item, f"{path}.{name}")
        return
    known = types[shape["ref"]]
    for name in known["required"]:
        if value.get(name) is None:
            yield f"{path}.{name}: this property is required".lstrip(".")
    for name, item in value.items():
        if name not in known["properties"]:
            yield f"{path}.{name}: there is no such property".lstrip(".")
        else:
            yield from _wrong(types, known["properties"][name], item, f"{path}.{name}".lstrip("."))
