"""The engine's protocol without the SDK around it, for the programs that speak it themselves.

The generated modules lie inside the package `pulumi`, and importing that package costs half of a plugin's start (0.2 s),
at every update. What only answers the engine needs none of it.
"""

from __future__ import annotations

import sys

from components import packages


def enter() -> None:
    """Make `pulumi.runtime.proto` importable without running the code of the packages above it.

    Never call this where the SDK itself is used. Ends the program where the SDK is not installed.
    """
    if "pulumi" in sys.modules or packages.enter("pulumi", "pulumi.runtime", "pulumi.runtime.proto"):
        return
    sys.exit(
        f"{sys.executable}: the Python SDK of Pulumi is not installed here\n"
        "  fix: run `make setup`; the language host runs in the project's own virtual environment"
    )
