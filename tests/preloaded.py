"""A `pvn` for shells that is loaded already: each call is a fork of one process that has imported every verb.

    python -m tests.preloaded SOCKET     # serves calls until its standard input ends

What stands on PATH as `pvn` hands over its streams, folder, arguments and environment, and ends as the fork ends. How long
the real one takes to start, and what it does when it is stopped, is asked in tests/programs/test_command.py.
"""

from __future__ import annotations

import gc
import importlib
import marshal
import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CALLER = """#!{python} -ISE
import _socket, marshal, os, sys
caller = _socket.socket(_socket.AF_UNIX)
caller.connect({place!r})
handed = b"".join(one.to_bytes(4, sys.byteorder) for one in (0, 1, 2, os.open(".", os.O_RDONLY)))
caller.sendmsg([b"."], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, handed)])
caller.sendall(marshal.dumps((sys.argv[1:], dict(os.environ))))
caller.shutdown(_socket.SHUT_WR)
sys.exit(int(caller.recv(16) or b"70"))
"""


@contextmanager
def pvn(folder: Path) -> Iterator[Path]:
    """Make a folder for PATH with such a `pvn`, which is there until the end."""
    bin_, place = folder / "bin", folder / "socket"
    bin_.mkdir(parents=True)
    program = bin_ / "pvn"
    program.write_text(CALLER.format(python=sys.executable, place=str(place)))
    program.chmod(0o755)
    command = [sys.executable, "-m", "tests.preloaded", str(place)]
    root = Path(__file__).resolve().parents[1]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        yield bin_
        process.stdin.close()


def serve(place: str) -> None:
    """Answer calls until standard input ends."""
    from pvn import command

    for verb in command.VERBS:
        importlib.import_module(f"pvn.{verb}")
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place)
        listener.listen()
        os.write(1, b"ready\n")
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how the waiting ones end
        while sys.stdin.fileno() not in select.select([listener.fileno(), sys.stdin.fileno()], [], [])[0]:
            connection, _ = listener.accept()
            if not os.fork():
                listener.close()
                _answer(connection)
            connection.close()


def _answer(connection: socket.socket) -> None:
    """Run one call in a process of its own, and tell how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, handed, *_ = socket.recv_fds(connection, 1, 4)
    with connection.makefile("rb") as said:
        arguments, environment = marshal.loads(said.read())
    child = os.fork()
    if not child:
        connection.close()
        _call(handed, arguments, environment)
    _, status = os.waitpid(child, 0)
    connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _call(handed: list[int], arguments: list[str], environment: dict[str, str]) -> None:
    """Become the `pvn` that was called, and end as it ends; what Python takes apart at its end is left to the system."""
    from pvn import command

    *streams, folder = handed
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.fchdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    try:
        command.main(arguments)
    except SystemExit as ended:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
        os._exit(ended.code if isinstance(ended.code, int) else 1)
    finally:
        traceback.print_exc()
        os._exit(70)


if __name__ == "__main__":
    serve(sys.argv[1])
