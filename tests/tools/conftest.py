"""A toolchain in a small house of its own: made-up tools, a made-up Go that builds them at once, no network."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]

PINS = """
go = "1.26"
[tool.alpha]
module = "one"
package = "example.org/one/alpha"
least = "2.1"
version = ["version"]
[tool.beta]
module = "one"
package = "example.org/one/beta"
least = "1.0"
version = ["version"]
brought = "alpha"
[tool.gamma]
module = "two"
package = "example.org/two"
[module.one]
path = "example.org/one"
version = "v2.3.4"
stamp = { "example.org/one.Version" = "v2.3.4" }
[module.two]
path = "example.org/two"
version = "v0.1.0"
"""

GO = """#!/bin/sh
# a Go that writes down how it is called and builds programs of one line
here=$(dirname "$0")/..
echo "$* [GOFLAGS=$GOFLAGS GOINSECURE=$GOINSECURE GONOSUMDB=$GONOSUMDB]" >> "$here/calls"
case "$1" in
env) cat "$here/go-version" ;;
build)
  while [ $# -gt 1 ]; do [ "$1" = -o ] && out=$2; shift; done
  name=$(basename "$1")
  if [ -e "$here/fail-$name" ]; then cat "$here/fail-$name"; exit 1; fi
  if [ -e "$here/slow-$name" ]; then touch "$here/started-$name"; sleep "$(cat "$here/slow-$name")"; fi
  printf '#!/bin/sh\\necho %s\\n' "$name" > "$out"; chmod +x "$out" ;;
esac
"""


@dataclass
class House:
    """A machine, as far as the toolchain sees it."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for place in ("path", "checkout/.venv", "pins/modules/one", "pins/modules/two"):
            (self.folder / place).mkdir(parents=True)
        self.write("pins/pins.toml", PINS)
        self.write("go-version", "go1.26.8\nlinux\namd64\n")
        self.program("go", GO)
        self.env = {"HOME": str(self.folder), "PATH": f"{self.folder / 'path'}:/usr/bin:/bin", "PYTHONPATH": str(CHECKOUT)}

    @property
    def bin(self) -> Path:
        return self.folder / "checkout/.venv/toolchain/bin"

    def write(self, path: str, text: str) -> Path:
        file = self.folder / path
        file.write_text(text)
        return file

    def program(self, name: str, text: str) -> Path:
        """Put a program on PATH."""
        file = self.write(f"path/{name}", text)
        file.chmod(0o755)
        return file

    def installed(self, name: str, version: str) -> Path:
        """Put a program on PATH that says its version."""
        return self.program(name, f"#!/bin/sh\necho '{name} version v{version} (made up)'\n")

    def command(self, *arguments: str, checkout: str = "checkout") -> list[str]:
        places = ["--root", str(self.folder / checkout), "--pins", str(self.folder / "pins")]
        return [sys.executable, "-m", "tools.toolchain", *places, *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments), env=self.env, capture_output=True, text=True, timeout=60, check=False, cwd=self.folder
        )

    def start(self, checkout: str = "checkout") -> subprocess.Popen[str]:
        (self.folder / checkout / ".venv").mkdir(parents=True, exist_ok=True)
        return subprocess.Popen(
            self.command(checkout=checkout),
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
        )

    def calls(self, verb: str = "build") -> list[str]:
        """What Go was called for since the last look: for builds, the packages."""
        file = self.folder / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return [line.split(" [")[0].split()[-1] for line in lines if line.startswith(verb)]

    def until(self, path: str) -> None:
        """Wait for a file to be there."""
        for _ in range(300):
            if (self.folder / path).exists():
                return
            time.sleep(0.05)
        pytest.fail(f"{path} never came")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "house")
    yield made
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            belongs = f"HOME={made.folder}\0".encode() in environ.read_bytes()
        except OSError:
            continue
        if belongs:
            os.kill(int(environ.parent.name), signal.SIGKILL)
            pytest.fail(f"process {environ.parent.name} was left behind")
