"""RunPlugin: a provider or a policy pack that is written in Python, and everything it prints."""

from __future__ import annotations

import queue
import subprocess
import threading
from collections.abc import Iterator, Mapping
from typing import IO, Any

from tools.language_host.children import Children
from tools.language_host.protocol import grpc, language_pb2

Said = tuple[str, bytes] | None
"""A line and the stream it came from, or None at the end of a stream."""


def run(
    python: str, request: Any, env: Mapping[str, str], context: grpc.ServicerContext, children: Children
) -> Iterator[Any]:
    """Run a plugin to its end; yield what it prints, line by line, and last its exit code.

    Its first line is its port, which the engine waits for.
    """
    what = [request.info.program_directory, *request.args]
    child = children.start(python, what, request.pwd, env, subprocess.PIPE)
    context.add_callback(lambda: children.end(child))
    for said in relayed(child):
        yield response(said)
    yield language_pb2.RunPluginResponse(exitcode=children.wait(child))


def response(said: tuple[str, bytes]) -> Any:
    """Return a line as the engine wants to hear it."""
    stream, line = said
    if stream == "stdout":
        return language_pb2.RunPluginResponse(stdout=line)
    return language_pb2.RunPluginResponse(stderr=line)


def environment(request: Any, base: Mapping[str, str]) -> dict[str, str]:
    """Return base with the variables of a request on top."""
    return dict(base) | dict(one.split("=", 1) for one in request.env if "=" in one)


def relayed(child: subprocess.Popen[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield each line a process prints, with the name of its stream, until both streams are at their end."""
    said: queue.SimpleQueue[Said] = queue.SimpleQueue()
    for name, stream in (("stdout", child.stdout), ("stderr", child.stderr)):
        assert stream is not None
        threading.Thread(target=_collect, args=(name, stream, said), daemon=True).start()
    for _ in range(2):
        while one := said.get():
            yield one


def _collect(name: str, stream: IO[bytes], said: queue.SimpleQueue[Said]) -> None:
    for line in stream:
        said.put((name, line))
    said.put(None)
