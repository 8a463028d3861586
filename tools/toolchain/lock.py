"""One set-up at a time: the second waits, and says for whom."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.toolchain.progress import Progress

POLL = 0.2
"""Seconds between two tries for the lock."""


@contextmanager
def only_one(file: Path, who: str, progress: Progress) -> Iterator[None]:
    """Hold a lock on a file for the time of a with block. The system lets go of it when the process dies.

    The file is never removed: whoever waits on a removed file holds a lock on nothing.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+") as held:
        if not _taken(held.fileno()):
            with progress.step("waiting", f"another set-up is at work: {_holder(file)}") as step:
                while not _taken(held.fileno()):
                    time.sleep(POLL)
                step.done("it is done")
        held.truncate(0)
        held.write(f"process {os.getpid()} on {socket.gethostname()} for {who}, since {time.strftime('%H:%M:%S')}\n")
        held.flush()
        yield


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(file: Path) -> str:
    return file.read_text().strip() or "it has just begun"
