"""What tests of whole programs share: a command that is loaded already."""

import pytest

from tests import preloaded


@pytest.fixture(scope="session")
def loaded():
    """The folder of a `pvn` that is loaded already."""
    with preloaded.programs() as made:
        yield made
