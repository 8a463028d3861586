"""Golden cases: folders that anyone can add, no Python needed. `make golden` writes what is said now.

Nothing here starts a program: transcripts are played in tests/programs.
"""

from tests.unit.conftest import no_program

__all__ = ["no_program"]

collect_ignore = ["refused", "rendered", "transcripts"]
"""Cases hold no tests: whoever collects need not look through six hundred folders for them."""
