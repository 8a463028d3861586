"""A unit test calls a function and looks at the answer. One that starts a program or a server belongs into `tests/programs`.

So does a golden one: the golden files of what programs say are kept in tests/golden, and compared in tests/programs.
"""

import socketserver
import subprocess
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", autouse=True)
def no_program() -> Iterator[None]:
    """Fail a test that starts a program or a server: that is a hundred times slower, and may wait for others."""

    def refuse(*arguments: object, **_: object) -> None:
        pytest.fail(f"this test started {arguments[1]}: it belongs into tests/programs")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess.Popen, "__init__", refuse)
        patch.setattr(socketserver.BaseServer, "__init__", refuse)
        yield
