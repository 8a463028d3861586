"""The messages and services of the engine's protocol. Never import this module where the SDK itself is used."""

from __future__ import annotations

from components import protocol

protocol.enter()

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
