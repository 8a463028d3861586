"""The engine that started the host: what to tell it, and whether it still lives."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable

from tools.language_host.protocol import CHANNEL_OPTIONS, engine_pb2, engine_pb2_grpc, grpc

POLL = 0.25
"""Seconds between two looks at the parent process: a process that nobody waits for should not be seen for long."""
KNOCKS = 20
"""Polls between two connections to the engine. They find an engine that died before the first look at the parent."""


class Engine:
    """The engine at an address such as 127.0.0.1:40123."""

    def __init__(self, address: str) -> None:
        self.address = address

    def error(self, text: str) -> None:
        """Show a person an error, the way the engine shows its own."""
        with grpc.insecure_channel(self.address, options=CHANNEL_OPTIONS) as channel:
            request = engine_pb2.LogRequest(severity=engine_pb2.ERROR, message=text)
            engine_pb2_grpc.EngineStub(channel).Log(request, timeout=10)

    def is_listening(self) -> bool:
        """Tell whether anything accepts connections at the engine's address."""
        host, _, port = self.address.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=5).close()
        except ConnectionRefusedError:
            return False
        except OSError:
            return True  # unknown is not dead: a busy machine is no reason to kill an update
        return True

    def when_gone(self, act: Callable[[], object]) -> None:
        """Call act, once, from a thread of its own, as soon as the engine is dead.

        A killed engine cannot say goodbye. The host is its child, so the host's parent changes when it dies.
        """
        parent = os.getppid()
        threading.Thread(target=self._watch, args=(parent, act), daemon=True, name="engine watch").start()

    def _watch(self, parent: int, act: Callable[[], object]) -> None:
        polls = 0
        while os.getppid() == parent and (polls % KNOCKS or self.is_listening()):
            polls += 1
            time.sleep(POLL)
        act()
