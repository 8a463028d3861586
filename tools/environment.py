"""The checkout's own Python environment: `.venv`, with every locked requirement and the project itself.

`python3 -m tools.environment` makes it, or brings it up to date. Needs nothing but Python's own library. With uv on
PATH it takes seconds; without, pip does the same, more slowly. Both check every hash.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.toolchain.lock import only_one
from tools.toolchain.progress import Progress
from tools.toolchain.trouble import Trouble

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = "requirements-dev.txt"
LAST_WORDS = 20
"""Lines of a failed command that a person is shown."""


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
        return self.folder / "bin" / "python"

    def ensure(self) -> None:
        """Make the environment what the locked requirements say. Raises Trouble.

        Where it is that already, this takes a few milliseconds. An environment that is there is kept and completed,
        because somebody may be using it; only one whose Python does not start any more is made anew.
        """
        if self._is_ready():
            return
        with only_one(self.folder / "lock", str(self.root), self.progress):
            if self._is_ready():
                return
            with self.progress.step("python", f"installing {REQUIREMENTS} into {self.folder}") as step:
                if not self._starts():
                    self._make()
                # the file is complete, so nothing is resolved anew: that would take long, and could disagree
                self._install(["--no-deps", "--require-hashes", "--requirement", str(self.root / REQUIREMENTS)])
                # hatchling, which builds it, is among the requirements: nothing is fetched for this
                self._install(["--no-deps", "--no-build-isolation", "--editable", str(self.root)])
                step.done("installed")
            self._stamp.write_text(self._wanted())

    @property
    def _stamp(self) -> Path:
        return self.folder / "ready"

    def _is_ready(self) -> bool:
        return self._stamp.exists() and self._stamp.read_text() == self._wanted() and self.python.exists()

    def _wanted(self) -> str:
        """Return a hash of what the environment depends on; the linters' settings beside it may change freely."""
        project = tomllib.loads((self.root / "pyproject.toml").read_text("utf-8"))
        about = [str(self.root), project["build-system"], project["project"], project["tool"]["hatch"]]
        hashed = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
        hashed.update((self.root / REQUIREMENTS).read_bytes())
        return hashed.hexdigest()

    def _starts(self) -> bool:
        if not self.python.exists():
            return False
        return subprocess.run([self.python, "-c", ""], capture_output=True, check=False).returncode == 0

    def _make(self) -> None:
        import venv

        for dead in self.folder.glob("bin/python*"):
            dead.unlink()  # venv leaves links alone that lead nowhere, and then there is no Python
        # links, so that a newer patch release of the same Python is picked up; pip only where it is needed
        venv.EnvBuilder(symlinks=True, with_pip=False).create(self.folder)

    def _install(self, what: Sequence[str]) -> None:
        if uv := shutil.which("uv"):
            try:
                return self._run(uv, "pip", "install", "--python", str(self.python), "--compile-bytecode", *what)
            except Trouble:
                pass  # pip has settings of its own for mirrors and certificates, and may know the way
        if subprocess.run([self.python, "-c", "import pip"], capture_output=True, check=False).returncode:
            self._run(str(self.python), "-m", "ensurepip", "--default-pip")
        return self._run(str(self.python), "-m", "pip", "install", "--disable-pip-version-check", *what)

    def _run(self, *command: str) -> None:
        # an environment that is active would be taken for the one to install into
        env = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONHOME")}
        # uv brings certificates of its own; a company's mirror is signed by one that only the system knows
        env.setdefault("UV_SYSTEM_CERTS", "true")
        done = subprocess.run(
            command, cwd=self.root, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode:
            words = (done.stdout + done.stderr).strip().splitlines()[-LAST_WORDS:]
            raise Trouble(
                str(self.folder),
                "\n  ".join([f"`{' '.join(command)}` failed with exit code {done.returncode}:", *words]),
                "mend what its last lines say and run `make setup` again",
            )


def main() -> int:
    """Return 0 when the environment is ready, 4 when the world failed, 130 when a person stopped it."""
    try:
        Environment(ROOT, Progress()).ensure()
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 4
    except KeyboardInterrupt:
        print("stopped; the next `make setup` goes on from there", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
