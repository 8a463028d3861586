"""What tests of whole programs share: a command that is loaded already."""

import tempfile
from pathlib import Path

import pytest

from tests import preloaded


@pytest.fixture(scope="session")
def loaded():
    """The folder of a `pvn` that is loaded already."""
    # the name of a socket has to be short
    with tempfile.TemporaryDirectory() as folder, preloaded.programs(Path(folder) / "pvn") as made:
        yield made
