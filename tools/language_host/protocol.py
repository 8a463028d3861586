"""The messages and services of the engine's protocol, from the installed SDK.

The generated modules lie inside the package `pulumi`, and importing that package costs half of a host's start
(0.2 s). The host needs none of it. So the packages on the way are entered into sys.modules by hand: they have a
search path, but no code of theirs runs. Never import this module where the SDK itself is used.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from pathlib import Path


def _enter_packages() -> None:
    """Make `pulumi.runtime.proto` importable without running the code of the packages above it."""
    if "pulumi" in sys.modules:
        return
    found = importlib.util.find_spec("pulumi")
    if found is None or found.origin is None:
        sys.exit(
            f"{sys.executable}: the Python SDK of Pulumi is not installed here\n"
            "  fix: run `make setup`; the language host runs in the project's own virtual environment"
        )
    folder = Path(found.origin).parent
    for name in ("pulumi", "pulumi.runtime", "pulumi.runtime.proto"):
        package = types.ModuleType(name)
        package.__path__ = [str(folder.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = package


_enter_packages()

import grpc  # noqa: E402  the packages have to be entered first
from google.protobuf import empty_pb2, json_format  # noqa: E402
from pulumi.runtime.proto import (  # noqa: E402
    analyzer_pb2,
    analyzer_pb2_grpc,
    engine_pb2,
    engine_pb2_grpc,
    language_pb2,
    language_pb2_grpc,
    plugin_pb2,
)

CHANNEL_OPTIONS = [
    ("grpc.max_receive_message_length", 400 * 1024 * 1024),
    ("grpc.max_send_message_length", 400 * 1024 * 1024),
]
"""For servers and channels. The engine and the SDK agree on 400 MB; gRPC's own limit of 4 MB is too small for plans."""

__all__ = [
    "CHANNEL_OPTIONS",
    "analyzer_pb2",
    "analyzer_pb2_grpc",
    "empty_pb2",
    "engine_pb2",
    "engine_pb2_grpc",
    "grpc",
    "json_format",
    "language_pb2",
    "language_pb2_grpc",
    "plugin_pb2",
]
