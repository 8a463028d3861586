"""The engine's protocol without the SDK around it, for the programs that speak it themselves.

The generated modules lie inside the package `pulumi`, and importing that package costs half of a plugin's start (0.2 s),
at every update. What only answers the engine needs none of it.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from pathlib import Path

_PACKAGES = ("pulumi", "pulumi.runtime", "pulumi.runtime.proto")


def enter() -> None:
    """Make `pulumi.runtime.proto` importable without running the code of the packages above it.

    They are entered into sys.modules by hand: they have a search path, but no code of theirs runs. Never call this where the
    SDK itself is used. Ends the program where the SDK is not installed.
    """
    if "pulumi" in sys.modules:
        return
    found = importlib.util.find_spec("pulumi")
    if found is None or found.origin is None:
        sys.exit(
            f"{sys.executable}: the Python SDK of Pulumi is not installed here\n"
            "  fix: run `make setup`; the language host runs in the project's own virtual environment"
        )
    folder = Path(found.origin).parent
    for name in _PACKAGES:
        package = types.ModuleType(name)
        package.__path__ = [str(folder.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = package
