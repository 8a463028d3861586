"""Processes that the host starts, and that must not outlive it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

GUARD = Path(__file__).with_name("guard.py")
GRACE = 5.0
"""Seconds between asking a process to end and making it end. The engine itself waits longer than this."""


class Children:
    """Every process that was started and has not ended yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    def start(
        self, python: str, what: Sequence[str], cwd: str, env: Mapping[str, str], output: int | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a Python with a file, a folder or `-m module`, and its arguments.

        Its output goes where the host's own goes, or to pipes with output=subprocess.PIPE.
        """
        command = [python, "-u", str(GUARD), str(os.getpid()), *what]
        with self._lock:
            if self._closed:
                raise RuntimeError("the language host is ending and starts nothing more")
            child = subprocess.Popen(
                command, cwd=cwd or None, env=dict(env), stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
            self._running.add(child)
        return child

    def wait(self, child: subprocess.Popen[bytes]) -> int:
        """Wait for a process to end and return its exit code, negative where a signal ended it."""
        code = child.wait()
        with self._lock:
            self._running.discard(child)
        return code

    def end(self, child: subprocess.Popen[bytes], first: signal.Signals = signal.SIGTERM) -> None:
        """Ask a process to end, and make it end where it has not within the grace."""
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(first)
        try:
            child.wait(GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
        self.wait(child)

    def end_all(self) -> None:
        """End every process, at the same time, and start no more."""
        with self._lock:
            self._closed = True
            left = list(self._running)
        enders = [threading.Thread(target=self.end, args=(child,)) for child in left]
        for ender in enders:
            ender.start()
        for ender in enders:
            ender.join()
