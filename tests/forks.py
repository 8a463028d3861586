"""Tests that take a millisecond, shared out among forks of the process that has imported and collected them.

    python -m pytest -p tests.forks --capture sys tests/unit     # as many forks as there are processors

Workers that start, import and collect for themselves, and tell each step of each test (`-n auto`), take longer over that
than over such tests. Forks have everything when they begin. What a program writes that a test starts is not captured here.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import warnings
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any

import pytest

SHARE = 12
"""Tests that a fork takes at a time: few enough for all forks to end together, and some that share what a module sets up."""

_FORKS = multiprocessing.get_context("fork")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run the tests in forks. What is made of their reports stays here, and is what it is without forks."""
    options = session.config.option
    if session.testsfailed or options.collectonly or options.usepdb:
        return None
    if options.capture == "fd":
        raise pytest.UsageError("forks would capture into one file, and read what another one wrote\n  fix: --capture sys")
    session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]  # else each fork makes one of its own
    forks = _started(session)
    try:
        told = _hear(session, [ear for _, ear in forks])
    finally:
        for fork, _ in forks:
            fork.kill()
            fork.join()
    if missing := len(session.items) - told:
        raise RuntimeError(
            f"{missing} tests never ended: one of them ended its fork\n  fix: run them without -p tests.forks"
        )
    return True


def _started(session: pytest.Session) -> list[tuple[ForkProcess, Connection]]:
    """Start the forks, each with a pipe through which it is heard."""
    shares = [session.items[first : first + SHARE] for first in range(0, len(session.items), SHARE)]
    # whoever is free takes the next number out of this pipe, until there is none left
    taking, giving = os.pipe()
    with os.fdopen(giving, "wb") as numbers:
        numbers.writelines(number.to_bytes(2) for number in range(len(shares)))
    forks = []
    for _ in range(min(os.cpu_count() or 1, len(shares))):
        ear, mouth = _FORKS.Pipe(duplex=False)
        fork = _FORKS.Process(target=_run, args=(_taken(shares, taking), _Teller(session.config, mouth)))
        fork.start()
        mouth.close()
        forks.append((fork, ear))
    os.close(taking)
    return forks


def _taken(shares: Sequence[Sequence[pytest.Item]], numbers: int) -> Iterator[pytest.Item]:
    while number := os.read(numbers, 2):
        yield from shares[int.from_bytes(number)]


def _run(items: Iterator[pytest.Item], teller: _Teller) -> None:
    """Run tests in a fork, as pytest itself does."""
    gc.disable()  # a fork ends within seconds: what nobody needs any more goes with it
    config = teller.config
    config.pluginmanager.unregister(name="terminalreporter")
    config.pluginmanager.register(teller)
    try:
        for item, following in pairwise(chain(items, [None])):
            assert item is not None
            config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    except KeyboardInterrupt:
        pass  # the process that has all reports hears it too, and says so


class _Teller:
    """Tells what happens in a fork, once a test is over."""

    def __init__(self, config: pytest.Config, mouth: Connection) -> None:
        self.config = config
        self.mouth = mouth
        self.reports: list[dict[str, Any]] = []
        self.warned: list[tuple[Any, ...]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.reports.append(self.config.hook.pytest_report_to_serializable(config=self.config, report=report))

    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, when: str, nodeid: str, location: tuple[str, int, str] | None
    ) -> None:
        one = warning_message
        self.warned.append((str(one.message), one.category, one.filename, one.lineno, when, nodeid, location))

    def pytest_runtest_logfinish(self) -> None:
        self.mouth.send((self.reports, self.warned))
        self.reports, self.warned = [], []


def _hear(session: pytest.Session, ears: list[Connection]) -> int:
    """Hand on what the forks tell, until all have ended. Return of how many tests they have told."""
    config, told = session.config, 0
    while ears:
        for ear in wait(ears):
            assert isinstance(ear, Connection)
            try:
                reports, warned = ear.recv()
            except EOFError:
                ears.remove(ear)
                continue
            told += 1
            for data in reports:
                report = config.hook.pytest_report_from_serializable(config=config, data=data)
                config.hook.pytest_runtest_logreport(report=report)
            for *message, when, nodeid, location in warned:
                said = {"warning_message": warnings.WarningMessage(*message), "when": when}
                config.hook.pytest_warning_recorded.call_historic(kwargs={**said, "nodeid": nodeid, "location": location})
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
    return told
