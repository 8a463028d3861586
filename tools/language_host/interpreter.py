"""Which Python runs a program: the options `virtualenv` and `toolchain` of a Pulumi.yaml."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

KNOWN = ("toolchain", "virtualenv")
TOOLCHAINS = ("pip", "poetry", "uv")


class OptionError(Exception):
    """The options of a project cannot be followed; the text says where, what and how to mend it."""


@dataclass(frozen=True)
class Interpreter:
    """A Python, and the environment that belongs to it."""

    python: str
    virtualenv: Path | None = None

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """Return base changed the way activating the virtual environment would change it."""
        env = dict(base)
        if self.virtualenv:
            env["PATH"] = os.pathsep.join(filter(None, (str(self.virtualenv / "bin"), env.get("PATH", ""))))
            env["VIRTUAL_ENV"] = str(self.virtualenv)
            env.pop("PYTHONHOME", None)
        return env


def choose(options: Mapping[str, object], root: Path, program: Path, otherwise: str = "") -> Interpreter:
    """Return the Python for a program, from the options of the file in its root folder.

    Without a virtual environment it is $PULUMI_PYTHON_CMD, else otherwise, else the first Python on PATH.
    Raises OptionError where the options name something that is not there, or that the stand-in cannot do.
    """
    if unknown := sorted(set(options) - set(KNOWN)):
        raise OptionError(
            f"{root}: the stand-in language host does not know the runtime option {unknown[0]!r}\n"
            f"  fix: leave it out (known: {', '.join(KNOWN)}), or install Pulumi's own language host"
        )
    toolchain = options.get("toolchain") or _toolchain_of(program)
    if toolchain not in TOOLCHAINS:
        raise OptionError(f"{root}: there is no toolchain {toolchain!r}\n  fix: use one of {', '.join(TOOLCHAINS)}")
    if named := options.get("virtualenv"):
        return _existing(root / str(named), root)
    if toolchain == "uv":
        return _existing(_home_of_uv(root, program) / ".venv", root)
    if toolchain == "poetry":
        return _existing(_environment_of_poetry(program), root)
    return Interpreter(os.environ.get("PULUMI_PYTHON_CMD") or otherwise or _on_path())


def _existing(virtualenv: Path, root: Path) -> Interpreter:
    python = virtualenv / "bin" / "python"
    if not python.exists():
        what = "is not a virtual environment" if virtualenv.exists() else "does not exist"
        raise OptionError(
            f"{root}: the virtual environment {virtualenv} {what}\n"
            f"  fix: make it (in this project `make setup`, elsewhere `python3 -m venv {virtualenv}`), "
            "or change the option 'virtualenv'"
        )
    return Interpreter(str(python), virtualenv)


def _upwards(folder: Path) -> Iterator[Path]:
    yield folder
    yield from folder.parents


def _holding(name: str, program: Path) -> Path | None:
    return next((folder for folder in _upwards(program) if (folder / name).is_file()), None)


def _toolchain_of(program: Path) -> str:
    """Return the toolchain whose lock file lies nearest to being said aloud: uv before poetry, else pip."""
    if _holding("uv.lock", program):
        return "uv"
    return "poetry" if _holding("poetry.lock", program) else "pip"


def _home_of_uv(root: Path, program: Path) -> Path:
    return _holding("uv.lock", program) or _holding("pyproject.toml", program) or root


def _environment_of_poetry(program: Path) -> Path:
    try:
        asked = subprocess.run(
            ["poetry", "env", "info", "--path"], cwd=program, capture_output=True, text=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError) as wrong:
        raise OptionError(
            f"{program}: poetry did not name a virtual environment ({wrong})\n"
            "  fix: run `poetry install` there, or name the folder with the option 'virtualenv'"
        ) from None
    return Path(asked.stdout.strip())


def _on_path() -> str:
    python = shutil.which("python3") or shutil.which("python")
    if python is None:
        raise OptionError("PATH: there is no python3\n  fix: install Python, or name one with PULUMI_PYTHON_CMD")
    return python
