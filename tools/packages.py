"""A virtual environment with exactly the packages that were asked for: made once, completed when something is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.toolchain.lock import only_one
from tools.toolchain.progress import Progress
from tools.toolchain.trouble import Trouble

LAST_WORDS = 20
"""Lines of a failed command that a person is shown."""


@dataclass(frozen=True, kw_only=True)
class Packages:
    """Packages of Python in a folder of their own. With uv on PATH they take seconds; without, pip does the same."""

    folder: Path
    """The virtual environment."""
    digest: str
    """What they depend on, hashed: a folder made for another digest is completed."""
    installs: Sequence[Sequence[str]]
    """The arguments of each `pip install`, in order."""
    root: Path
    """The checkout: where commands run, and for whom."""

    @property
    def python(self) -> Path:
        """Return the environment's Python."""
        return self.folder / "bin" / "python"

    def ensure(self, name: str, what: str, progress: Progress) -> None:
        """Make the environment what was asked for, under a name that a person is shown with `what`. Raises Trouble.

        Where it is that already, this takes a few milliseconds. An environment that is there is kept and completed,
        because somebody may be using it; only one whose Python does not start any more is made anew.
        """
        if self._is_ready():
            return
        with only_one(self.folder / "lock", str(self.root), progress):
            if self._is_ready():
                return
            with progress.step(name, f"installing {what} into {self.folder}") as step:
                if not self._starts():
                    self._make()
                for arguments in self.installs:
                    self._install(arguments)
                step.done("installed")
            self._stamp.write_text(self.digest)

    @property
    def _stamp(self) -> Path:
        return self.folder / "ready"

    def _is_ready(self) -> bool:
        return self._stamp.exists() and self._stamp.read_text() == self.digest and self.python.exists()

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


def locked(requirements: Path) -> tuple[str, ...]:
    """Return the arguments that install a complete file of requirements, each by its hashes."""
    # nothing is resolved anew: that would take long, and could disagree
    return ("--no-deps", "--require-hashes", "--requirement", str(requirements))
