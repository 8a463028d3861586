"""The resource provider `kwok`: local clusters as Pulumi resources. `python components/local/kwok` starts it."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# the engine runs this folder as a program; the modules beside it are found from the project's root
sys.path[0] = str(Path(__file__).resolve().parents[3])

from components import protocol  # noqa: E402

protocol.enter()

import grpc  # noqa: E402
from pulumi.runtime.proto import provider_pb2_grpc  # noqa: E402

from components.local.kwok.provider import Clusters  # noqa: E402


def serve() -> None:
    """Serve on a free port of the loopback, tell the engine which, and go on until it ends the process."""
    server = grpc.server(ThreadPoolExecutor(max_workers=8))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Clusters(), server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)  # noqa: T201 - the engine reads the port here
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    serve()
