"""Run a program, and end it when the host is gone: `guard.py <pid of the host> <file or folder> …` or `… -m <module> …`.

The host ends what it starts, but a host that is killed cannot. Then its children would stay for ever: a program
waits for an engine that does not answer, a provider for calls that do not come. So each of them looks after its parent.
This file stands alone: the Python that runs it may know nothing of this project.
"""

from __future__ import annotations

import os
import runpy
import sys
import threading
import time

POLL = 1.0
"""Seconds between two looks at the parent process."""
ORPHANED = 32
"""The exit code without a host, which nobody sees."""


def main() -> None:
    """Run what the arguments name, as if it had been started itself."""
    host, (target, *arguments) = int(sys.argv[1]), sys.argv[2:]
    threading.Thread(target=_end_with, args=(host,), daemon=True).start()
    del sys.path[0]  # this folder is none of the program's business
    if target == "-m":
        target, *arguments = arguments
        sys.path.insert(0, os.getcwd())  # noqa: PTH109  as Python itself does
        sys.argv = [target, *arguments]
        runpy.run_module(target, run_name="__main__", alter_sys=True)
    else:
        sys.argv = [target, *arguments]
        runpy.run_path(target, run_name="__main__")


def _end_with(host: int) -> None:
    while os.getppid() == host:
        time.sleep(POLL)
    os._exit(ORPHANED)


if __name__ == "__main__":
    main()
