"""The checkout's own Python environment: `.venv`, with every locked requirement and the project itself.

`python3 -m tools.environment` makes it, or brings it up to date. Needs nothing but Python's own library. With uv on
PATH it takes seconds; without, pip does the same, more slowly. Both check every hash.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tools.packages import Packages, locked
from tools.toolchain.progress import Progress
from tools.toolchain.trouble import ended

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = "requirements-dev.txt"


@dataclass(frozen=True)
class Environment:
    """A virtual environment in the folder .venv of a checkout."""

    root: Path
    progress: Progress

    @property
    def folder(self) -> Path:
        """Return the folder of the environment."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """Return its Python."""
        return self._packages.python

    def ensure(self) -> None:
        """Make the environment what the locked requirements say. Raises Trouble."""
        self._packages.ensure("python", REQUIREMENTS, self.progress)

    @property
    def _packages(self) -> Packages:
        # hatchling, which builds the project, is among the requirements: nothing is fetched for it
        itself = ("--no-deps", "--no-build-isolation", "--editable", str(self.root))
        installs = [locked(self.root / REQUIREMENTS), itself]
        return Packages(folder=self.folder, digest=self._wanted(), installs=installs, root=self.root)

    def _wanted(self) -> str:
        """Return a hash of what the environment depends on; the linters' settings beside it may change freely."""
        project = tomllib.loads((self.root / "pyproject.toml").read_text("utf-8"))
        about = [str(self.root), project["build-system"], project["project"], project["tool"]["hatch"]]
        hashed = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
        hashed.update((self.root / REQUIREMENTS).read_bytes())
        return hashed.hexdigest()


if __name__ == "__main__":
    sys.exit(ended(Environment(ROOT, Progress()).ensure))
