"""What a person is told when a tool cannot be made ready, and how the program that makes it ends then."""

from __future__ import annotations

import sys
from collections.abc import Callable


class Trouble(Exception):
    """Something to mend: where it is, what is wrong, and what to do."""

    def __init__(self, where: str, what: str, fix: str) -> None:
        super().__init__(f"{where}: {what}\n  fix: {fix}")


def ended(work: Callable[[], object]) -> int:
    """Return the exit code of work: 0 when it is done, 4 when the world failed, 130 when a person stopped it."""
    try:
        work()
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 4
    except KeyboardInterrupt:
        print("stopped; what is finished is kept, and the next run goes on from there", file=sys.stderr)
        return 130
    return 0
