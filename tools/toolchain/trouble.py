"""What a person is told when a tool cannot be made ready."""

from __future__ import annotations


class Trouble(Exception):
    """Something to mend: where it is, what is wrong, and what to do."""

    def __init__(self, where: str, what: str, fix: str) -> None:
        super().__init__(f"{where}: {what}\n  fix: {fix}")
