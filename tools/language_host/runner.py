"""Run one program to its end, connected to an engine. Started by the host, in the program's own Python.

This file stands alone: the Python that runs it has the SDK, but not this project. What it needs comes as JSON in its
one argument; config, which may hold secrets, comes in the environment, where other users cannot read it.

Exit codes: 0 done; 32 a person has been told what went wrong; a SystemExit keeps its own.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

TOLD = 32
"""The engine's protocol: the program failed, and every message has been shown already."""


def main() -> int:
    """Run the program; return what the process should exit with."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    try:
        try:
            return _run(json.loads(sys.argv[1]))
        finally:
            # one that comes late has nothing left to cancel
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    except KeyboardInterrupt:
        # the engine's own way to cancel a program; a traceback would look like a bug in the program
        return TOLD


def _interrupt(*_: object) -> None:
    """Interrupt the program once: a terminal and the host both say so, and the second would interrupt what ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _run(order: dict[str, Any]) -> int:
    import asyncio
    import runpy
    from concurrent.futures import ThreadPoolExecutor

    from pulumi.runtime import Settings, configure, run_in_stack, set_all_config
    from pulumi.runtime.config import get_config_env, get_config_secret_keys_env

    set_all_config(get_config_env(), get_config_secret_keys_env())
    configure(Settings(**order["settings"]))
    program = Path(order["program"])
    os.chdir(order["pwd"])
    sys.path.insert(0, str(program if program.is_dir() else program.parent))
    sys.argv = [str(program), *order["args"]]

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    # registrations wait inside a thread each, so there have to be more threads than registrations at a time
    executor = ThreadPoolExecutor(max_workers=max(order["settings"]["parallel"], 1) * 4)
    loop.set_default_executor(executor)
    try:
        loop.run_until_complete(run_in_stack(lambda: _ignore(runpy.run_path(str(program), run_name="__main__"))))
    except Exception as wrong:  # noqa: BLE001  whatever a program may raise
        return _tell(wrong)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
    loop.close()
    return 0


def _ignore(_globals: dict[str, Any]) -> None:
    """Drop a program's globals: the SDK would take them for something to await."""


def _tell(wrong: Exception) -> int:
    """Tell a person what went wrong: a RunError in its own words, anything else with its traceback."""
    import grpc
    import pulumi

    status = wrong.code() if isinstance(wrong, grpc.Call) else None
    if status in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED):
        return TOLD  # the engine has closed the door behind itself, after saying why
    if isinstance(wrong, pulumi.RunError):
        pulumi.log.error(str(wrong))
    else:
        pulumi.log.error("Program failed with an unhandled exception:\n" + _traceback(wrong))
    return TOLD


def _traceback(wrong: Exception) -> str:
    """Return the traceback from the program's first line on, without what led to it."""
    import runpy
    import traceback

    frames = wrong.__traceback__
    while frames and _is_ours(frames.tb_frame.f_code.co_filename, runpy.__file__):
        frames = frames.tb_next
    shown = wrong.with_traceback(frames) if frames else wrong
    return "".join(traceback.format_exception(shown)).rstrip()


def _is_ours(file: str, runpy: str) -> bool:
    frozen = file.startswith("<frozen")
    return frozen or file in (__file__, runpy) or file.endswith(("/pulumi/runtime/stack.py", "/asyncio/base_events.py"))


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    if code == TOLD:
        # threads may still wait for an engine that does not answer any more; an ordinary exit would wait for them
        os._exit(code)
    sys.exit(code)
