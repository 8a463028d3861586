"""The Go compiler, and how it is called."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.toolchain.found import version_in
from tools.toolchain.pins import Pins
from tools.toolchain.trouble import Trouble


@dataclass(frozen=True)
class Go:
    """A Go that is new enough."""

    path: str
    version: str
    """As Go says it: go1.26.8."""
    platform: str
    """Such as linux-amd64."""

    def command(self, *arguments: str) -> list[str]:
        """Return a command that calls this Go."""
        return [self.path, *arguments]

    def answer(self, arguments: Sequence[str], cwd: Path, mode: str = "readonly") -> Any:
        """Return what a Go command prints as JSON. Raises Trouble with its last words where it fails."""
        said = subprocess.run(
            self.command(*arguments), cwd=cwd, env=environment(mode), capture_output=True, text=True, check=False
        )
        if said.returncode:
            raise Trouble(
                str(cwd), f"`go {' '.join(arguments)}` failed:\n{said.stderr.strip()}", "mend that and run it again"
            )
        return json.loads(said.stdout)


def environment(mode: str = "readonly") -> dict[str, str]:
    """Return the environment for Go: the person's own, but for what would change the result.

    Where modules come from is theirs to say. Whether they are checked is not: every module has to match go.sum,
    and options that loosen this (GOFLAGS, GOINSECURE, GONOSUMDB) do not reach the compiler.
    """
    kept = {name: value for name, value in os.environ.items() if name not in ("GOINSECURE", "GONOSUMDB", "GONOSUMCHECK")}
    # without cgo the result needs no C compiler, and runs on any system of its kind
    return kept | {"GOFLAGS": f"-mod={mode}", "GOWORK": "off", "GO111MODULE": "on", "CGO_ENABLED": "0"}


def find(pins: Pins, wanted: Sequence[str]) -> Go:
    """Return the Go on PATH. Raises Trouble where there is none or it is too old, naming the tools it is wanted for."""
    least = ".".join(map(str, pins.go))
    fix = f"install Go {least} or newer, or install these yourself: {', '.join(wanted)}"
    path = shutil.which("go")
    if path is None:
        raise Trouble("PATH", f"there is no Go, and {', '.join(wanted)} must be built", fix)
    try:
        said = subprocess.run(
            [path, "env", "GOVERSION", "GOOS", "GOARCH"],
            env=os.environ | {"GOTOOLCHAIN": "local"},
            capture_output=True,
            text=True,
            check=True,
        )
        version, system, machine = said.stdout.split()
    except (OSError, subprocess.SubprocessError, ValueError) as wrong:
        raise Trouble(path, f"this Go does not say its version ({wrong})", fix) from None
    if (version_in(version.removeprefix("go")) or ()) < pins.go:
        raise Trouble(path, f"{version} is too old to build {', '.join(wanted)}", fix)
    return Go(path, version, f"{system}-{machine}")
