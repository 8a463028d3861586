"""Golden cases: folders that anyone can add, no Python needed. `pytest tests/golden --refresh` writes what is said now."""

import pytest

collect_ignore = ["refused", "rendered", "transcripts"]
"""Cases hold no tests: whoever collects need not look through six hundred folders for them."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer --refresh, where pytest is told to look into this folder."""
    parser.addoption("--refresh", action="store_true", help="write the golden files instead of comparing")


@pytest.fixture
def is_refreshing(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written; a run of all tests never does."""
    return bool(request.config.getoption("--refresh", default=False))
