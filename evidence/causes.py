"""Why an answer did not come, in words."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"\[Errno -?\d+\] ")


def cause(wrong: Exception) -> str:
    """Return what an error says of itself, without the system's number for it; its kind where it says nothing."""
    return _NUMBER.sub("", str(wrong)) or type(wrong).__name__
