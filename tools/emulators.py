"""The emulators of AWS that tests talk to: in a virtual environment of their own, outside the tree, for all checkouts.

`python -m tools.emulators` makes it and prints its Python. Its versions are locked in emulators.txt, apart from the
project's own: an emulator wants the AWS SDK of its day, and nothing of it belongs beside the program.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tools.packages import Packages, locked
from tools.toolchain import cache
from tools.toolchain.progress import Progress
from tools.toolchain.trouble import ended

LOCK = Path(__file__).with_suffix(".txt")


@dataclass(frozen=True)
class Emulators:
    """moto and ministack, as locked, for the Python that runs this."""

    lock: Path = LOCK
    progress: Progress = field(default_factory=Progress)

    def ensure(self) -> Path:
        """Make the emulators ready and return their Python. Raises Trouble.

        Takes a few milliseconds where they are there; a quarter of a minute with uv, a few minutes with pip where not.
        """
        digest = hashlib.sha256(f"{sys.version} {sys.base_prefix}".encode() + self.lock.read_bytes()).hexdigest()
        # another lock or another Python has another folder: whoever uses this one is never disturbed
        folder = cache.home() / f"emulators-{digest[:12]}"
        packages = Packages(folder=folder, digest=digest, installs=[locked(self.lock)], root=self.lock.parent)
        packages.ensure("emulators", self.lock.name, self.progress)
        return packages.python


if __name__ == "__main__":
    sys.exit(ended(lambda: print(Emulators().ensure())))
