"""What holds for every tier: how hard the property tests try, where temporary files go, and when golden files are written.

What a person waits for tries a few examples of each property, others every time. `make test` tries them again: with
`--hypothesis-profile thorough` what says that production may move, with `careful` all others.
"""

import gc
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings

from tests import console

settings.register_profile("default", max_examples=25, deadline=None)
settings.register_profile("thorough", max_examples=10_000, deadline=None)
settings.register_profile("careful", max_examples=500, deadline=None)
settings.load_profile("default")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # what a shell starts behind its back is deaf to Ctrl-C, and so would be all that these tests start and interrupt
    signal.signal(signal.SIGINT, signal.default_int_handler)

gc.set_threshold(100_000, 20, 20)
"""The clouds' SDKs are a million objects: looked through as often as Python does by itself, they take half of the time."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer --refresh, which `make golden` gives."""
    parser.addoption("--refresh", action="store_true", help="write the golden files instead of comparing")


@pytest.fixture
def is_refreshing(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written; a run of all tests never does."""
    return bool(request.config.getoption("--refresh"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the tree that is shipped, and the test is in it."""
    monkeypatch.chdir(console.shipped(tmp_path))
    return tmp_path


@pytest.fixture
def pvn(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Call the command in this process: how it ends, and what it says to either stream."""
    return partial(console.called, capsys)


def pytest_collection_finish() -> None:
    """Spare the collector what was imported: it is there until the end, when pytest looks five times for what is left."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def temporary_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let what tests start leave its temporary files among pytest's own, which go with a run in which all is well.

    The folder is one for all workers: what excludes one another on a machine by a file in it still does.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "tmp"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", str(folder))
        yield
