"""Read out of a cloud's SDK what its types take: `python -m tests.engine.emulator.sdk TYPE`, for all of that type's cloud.

The SDKs take seconds to load, and plugins live for seconds, so what they say is kept.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import sys
import tempfile
import typing
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from pulumi import _types as sdk

from tests.engine.emulator.inputs import SDKS, place
from tests.engine.emulator.kinds import KINDS


def keep(token: str) -> None:
    """Write the shapes of a type to their place."""
    file = place(token)
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False) as fresh:
        json.dump(_compile(token), fresh)
    os.replace(fresh.name, file)  # noqa: PTH105 - in one step: others read it meanwhile


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


if __name__ == "__main__":
    for wanted in {*KINDS, sys.argv[1]}:
        if wanted.partition(":")[0] == sys.argv[1].partition(":")[0]:
            keep(wanted)
