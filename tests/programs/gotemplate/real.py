"""Go's own `text/template`, where Go is on the machine."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

_SOURCE = Path(__file__).parent / "go"


def is_here() -> bool:
    """Say whether there is a Go to ask."""
    return shutil.which("go") is not None


class Real:
    """A small Go program that renders what it is asked to."""

    def __init__(self, folder: Path) -> None:
        """Build the program in a folder."""
        for name in ("main.go", "go.mod"):
            shutil.copy(_SOURCE / name, folder / name)
        self._program = folder / "real"
        command = ["go", "build", "-o", str(self._program), "."]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)

    def answers(self, cases: Iterable[dict[str, object]]) -> list[dict[str, str]]:
        """Return `{"out": …}` or `{"error": …}` for each case: template, data and missing_key."""
        lines = "".join(json.dumps(case) + "\n" for case in cases)
        done = subprocess.run([str(self._program)], input=lines, capture_output=True, text=True, check=True, timeout=120)
        return [json.loads(line) for line in done.stdout.split("\n") if line]
