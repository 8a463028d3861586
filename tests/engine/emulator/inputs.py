"""What a type takes, by the word of the cloud's own SDK: unknown, missing and misshapen properties are found."""

from __future__ import annotations

import functools
import hashlib
import importlib
import inspect
import json
import os
import tempfile
import typing
import warnings
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pulumi import _types as sdk

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
    """Return the shapes of a type. The SDKs take seconds to load, so what they say is kept in the cache outside the tree."""
    package = token.split(":", 1)[0]
    release = version(SDKS[package].replace("_", "-"))
    recipe = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8]
    file = (
        cache.home().with_name("emulator")
        / f"{package}-{release}-{recipe}"
        / f"{token.replace('/', '.').replace(':', '_')}.json"
    )
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False) as fresh:
            json.dump(_compile(token), fresh)
        os.replace(fresh.name, file)  # noqa: PTH105 - in one step: others read it meanwhile
    found: Types = json.loads(Path(file).read_text())
    return found


def _compile(token: str) -> dict[str, Any]:
    package, module, name = token.split(":")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        library = importlib.import_module(f"{SDKS[package]}.{module.split('/')[0]}")
        # where a property of another type took the plain name, the resource's own inputs have a longer one
        arguments = getattr(library, f"{name}InitArgs", None) or getattr(library, f"{name}Args")
        types: dict[str, Any] = {}
        _add(types, "", arguments)
        types[""]["outputs"] = sorted(sdk.resource_types(getattr(library, name)))
    return types


def _add(types: dict[str, Any], key: str, arguments: type) -> None:
    names = sdk.input_type_py_to_pulumi_names(arguments)
    needed = [one for one in inspect.signature(arguments).parameters.values() if one.default is inspect.Parameter.empty]
    types[key] = {"required": [names[one.name] for one in needed], "properties": {}}
    for name, of_property in sdk.input_type_types(arguments).items():
        types[key]["properties"][name] = _shape(types, of_property)


def _shape(types: dict[str, Any], found: Any) -> dict[str, Any]:
    kind = sdk.unwrap_type(found)
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin in (list, Sequence):
        return {"list": _shape(types, inside[0])}
    if origin in (dict, Mapping):
        return {"map": _shape(types, inside[1])}
    if origin is typing.Union:
        return {"any": [_shape(types, one) for one in inside if one is not type(None)]}
    if isinstance(kind, type) and sdk.is_input_type(kind):
        key = f"{kind.__module__}.{kind.__qualname__}"
        if key not in types:
            _add(types, key, kind)
        return {"ref": key}
    if kind is Any or kind is object or kind is dict:
        return {}
    return {"bool": None} if kind is bool else {"scalar": None}


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
