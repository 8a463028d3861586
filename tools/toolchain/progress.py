"""What a person sees while tools are made ready: a line a step, with how long it has taken."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

TICK = 1.0
"""Seconds between two changes of the line on a terminal."""
HEARTBEAT = 30.0
"""Seconds between two lines where there is no terminal, such as in CI: often enough not to look dead."""


def spoken(seconds: float) -> str:
    """Return 75.3 as `1 min 15 s`."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


class Step:
    """Something that takes a while."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.began = time.monotonic()
        self.result = ""
        self.detail: Callable[[], str] = str
        """What it is doing just now; asked for at each tick."""

    def done(self, result: str) -> None:
        """Say how it ended, in place of just how long it took."""
        self.result = result

    @property
    def seconds(self) -> float:
        """Return how long it has taken so far."""
        return time.monotonic() - self.began


class Progress:
    """A place to show steps, normally standard error, so that standard output stays for answers."""

    def __init__(self, stream: TextIO | None = None, *, heartbeat: float = HEARTBEAT) -> None:
        self._stream = stream or sys.stderr
        self._heartbeat = heartbeat
        self._terminal = self._stream.isatty()

    def say(self, text: str) -> None:
        """Print a line."""
        self._write(f"{text}\n")

    @contextmanager
    def step(self, name: str, doing: str) -> Iterator[Step]:
        """Show a step for the time of a with block: that it begins, that it goes on, and how it ended."""
        step, over = Step(name), threading.Event()
        if not self._terminal:
            self.say(f"{name}: {doing}")
        ticker = threading.Thread(target=self._tick, args=(step, doing, over), daemon=True)
        ticker.start()
        try:
            yield step
        except BaseException:
            step.done("stopped")
            raise
        finally:
            over.set()
            ticker.join()
            self._write(("\r\x1b[K" if self._terminal else "") + f"{name}: {step.result} ({spoken(step.seconds)})\n")

    def _tick(self, step: Step, doing: str, over: threading.Event) -> None:
        pause = TICK if self._terminal else self._heartbeat
        while not over.wait(pause):
            text = f"{step.name}: {doing}, {spoken(step.seconds)}"
            if detail := step.detail():
                text += f", {detail}"
            self._write(f"\r\x1b[K{text[:100]}" if self._terminal else f"{text}\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
