"""Run a command and say how long it took and how much memory its largest process of a kind had."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """What a command took."""

    seconds: float
    mebibytes: float
    """The peak of the largest process of its tree whose command line matched; 0 where none did."""
    output: str


def run(command: Sequence[str], cwd: Path, environment: Mapping[str, str], watched: str = r"", code: int = 0) -> Run:
    """Run a command to its end. Raises RuntimeError where it ends with another code than it should.

    `watched` is a pattern of command lines: the Python program is a grandchild of `pulumi`, whose own memory is not ours.
    """
    peak = [0.0]
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.pid, re.compile(watched), peak, done))
    watcher.start()
    output, _ = process.communicate()
    seconds = time.perf_counter() - began
    done.set()
    watcher.join()
    if process.returncode != code:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}\n{output[-3000:]}")
    return Run(seconds, peak[0], output)


def _watch(root: int, pattern: re.Pattern[str], peak: list[float], done: threading.Event) -> None:
    while not done.wait(0.05):
        for pid in _tree(root):
            try:
                line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            found = re.search(r"VmHWM:\s+(\d+) kB", status)
            if found and pattern.search(line):
                peak[0] = max(peak[0], int(found.group(1)) / 1024)


def _tree(root: int) -> list[int]:
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                todo += map(int, task.read_text().split())
            except OSError:
                continue
    return found
