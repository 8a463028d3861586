"""Ports for a cluster of this machine."""

from __future__ import annotations

import hashlib
import socket
from itertools import islice

FIRST, LAST = 10_000, 32_000
"""Below the range from which systems take ports for outgoing connections: a cluster that was stopped finds its own free."""


def free(count: int, near: str) -> list[int]:
    """Return that many ports that nobody listens on.

    Where the search begins is a matter of `near`, any text: two clusters hardly ever look at the same ports, so one that was
    stopped does not find its own taken by the other.
    """
    begin = int.from_bytes(hashlib.sha256(near.encode()).digest()[:4], "big") % (LAST - FIRST)
    candidates = (FIRST + (begin + step) % (LAST - FIRST) for step in range(LAST - FIRST))
    return list(islice(filter(_is_free, candidates), count))


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        # as the programs themselves do: what a closed connection left behind is in nobody's way
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("", port))
        except OSError:
            return False
        return True
