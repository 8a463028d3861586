"""Serve the emulated clouds on a free port of the loopback, as the engine expects of a plugin."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# the engine runs this folder as a program; the modules beside it are found from the project's root
sys.path[0] = str(Path(__file__).resolve().parents[3])

from components import protocol  # noqa: E402

protocol.enter()

import grpc  # noqa: E402
from pulumi.runtime.proto import provider_pb2_grpc  # noqa: E402

from tests.engine.emulator.provider import Clouds  # noqa: E402
from tests.engine.emulator.world import CALLER, World  # noqa: E402

if __name__ == "__main__":
    # things that take their time wait in a thread each
    server = grpc.server(ThreadPoolExecutor(max_workers=64))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Clouds(World.here(), os.environ[CALLER]), server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    server.wait_for_termination()
