"""Programs for tests that are loaded already: each call is a fork of one process that has imported what they need.

    python -m tests.preloaded SOCKET MODULE...     # serves calls until its standard input ends

What stands in a folder as a program hands over its streams, folder, arguments and environment, ends as the fork ends, and
takes the fork along where it is ended itself. How long the real ones take to start, and what they do when they are stopped,
is asked of the real ones: in tests/programs/test_command.py, and by engine tests of making clusters, of kills, CI and pages.
"""

from __future__ import annotations

import gc
import importlib
import marshal
import os
import runpy
import select
import signal
import site
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

CALLER = """#!{python} -ISE
import _signal, _socket, marshal, os, sys
_signal.signal(_signal.SIGINT, _signal.SIG_DFL)
caller = _socket.socket(_socket.AF_UNIX)
caller.connect({place!r})
handed = b"".join(one.to_bytes(4, sys.byteorder) for one in (0, 1, 2, os.open(".", os.O_RDONLY)))
caller.sendmsg([b"."], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, handed)])
caller.sendall(marshal.dumps(({name!r}, sys.argv[1:], dict(os.environ))))
sys.exit(int(caller.recv(16) or b"70"))
"""
PROGRAMS = ("pvn", "python-of-programs")
"""The command; and the Python that a language host is told to start programs and plugins with."""
ORPHANED = 32
"""How a fork ends whose caller is gone, which nobody sees."""
VERBS = tuple(f"pvn.{path.stem}" for path in (Path(__file__).parents[1] / "pvn").glob("*.py") if path.stem != "__main__")


@contextmanager
def programs(modules: Sequence[str] = VERBS) -> Iterator[Path]:
    """Make a folder for PATH with such programs, which are there until the end."""
    # the name of a socket has to be short
    with tempfile.TemporaryDirectory(prefix="pvn-") as folder:
        yield from _served(Path(folder), modules)


def _served(folder: Path, modules: Sequence[str]) -> Iterator[Path]:
    bin_, place = folder / "bin", folder / "socket"
    bin_.mkdir()
    for name in PROGRAMS:
        program = bin_ / name
        program.write_text(CALLER.format(python=sys.executable, place=str(place), name=name))
        program.chmod(0o755)
    command = [sys.executable, "-m", "tests.preloaded", str(place), *modules]
    root = Path(__file__).resolve().parents[1]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        yield bin_
        process.stdin.close()


def serve(place: str, modules: Sequence[str]) -> None:
    """Answer calls until standard input ends. Calls that come while modules are imported wait."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place)
        listener.listen(socket.SOMAXCONN)
        os.write(1, b"ready\n")
        for name in modules:
            importlib.import_module(name)
        gc.freeze()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how the waiting ones end
        while sys.stdin.fileno() not in select.select([listener.fileno(), sys.stdin.fileno()], [], [])[0]:
            caller, _ = listener.accept()
            if not os.fork():
                listener.close()
                _answer(caller)
            caller.close()


def _answer(caller: socket.socket) -> None:
    """Run one call in a process of its own, and tell how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, handed, *_ = socket.recv_fds(caller, 1, 4)
    name, arguments, environment = marshal.load(caller.makefile("rb"))
    child = os.fork()
    if not child:
        threading.Thread(target=_end_with, args=(caller,), daemon=True).start()
        _become(name, handed, arguments, environment)
    _, status = os.waitpid(child, 0)
    with suppress(BrokenPipeError):
        caller.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _end_with(caller: socket.socket) -> None:
    caller.recv(1)  # it says nothing more, and is heard when it has ended
    os._exit(ORPHANED)


def _become(name: str, handed: list[int], arguments: list[str], environment: dict[str, str]) -> None:
    """Become what was called, and end as it ends; what Python takes apart at its end is left to the system."""
    *streams, folder = handed
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.fchdir(folder)
    os.close(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[1:1] = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    sys.modules.pop("sitecustomize", None)
    site.execsitecustomize()
    code = 70
    try:
        (_pvn if name == "pvn" else _python)(arguments)
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001  whatever it was, a fork must not go on as what it was forked from
        traceback.print_exc()
    finally:
        for output in filter(None, (sys.stdout, sys.stderr)):
            output.flush()
        os._exit(code)


def _pvn(arguments: list[str]) -> None:
    from pvn import command

    command.main(arguments)


def _python(arguments: list[str]) -> None:
    """Run a program as the language host does: `-u guard.py HOST TARGET ARGUMENT...`. The caller has the guard's part."""
    target, *rest = arguments[3:]
    sys.argv = [target, *rest]
    runpy.run_path(target, run_name="__main__")


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2:])
