"""The folder outside the tree where built tools are kept, for all checkouts."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from tools.toolchain.go import Go
from tools.toolchain.pins import Pins


def home() -> Path:
    """Return the folder: in $PVN_CACHE, else in the system's own place for caches. Safe to delete at any time."""
    if named := os.environ.get("PVN_CACHE"):
        return Path(named).expanduser().resolve() / "toolchain"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").expanduser().resolve() / "pvn" / "toolchain"


def lock() -> Path:
    """Return the file whose lock a build holds: one at a time, because each of them uses every core."""
    return home() / "lock"


@dataclass(frozen=True)
class Cache:
    """What is built from one module as pinned, with one Go, on one platform."""

    folder: Path

    @property
    def bin(self) -> Path:
        """Return the folder of finished tools. A file is here only when it is whole."""
        return self.folder / "bin"

    @property
    def work(self) -> Path:
        """Return the folder the module is built in."""
        return self.folder / "work"

    def log(self, tool: str) -> Path:
        """Return the file with what the building of a tool printed."""
        return self.folder / f"{tool}.log"

    def has(self, tool: str) -> bool:
        """Tell whether a tool is finished."""
        return os.access(self.bin / tool, os.X_OK)


def of(module: str, pins: Pins, go: Go) -> Cache:
    """Return the cache of a module. Another pin, lock, Go or platform has another one, so nothing is ever stale."""
    key = hashlib.sha256(f"{pins.digest(module)} {go.version} {go.platform}".encode()).hexdigest()[:12]
    return Cache(home() / f"{module}-{key}")
