"""The checkout's own folder of tools: what goes on PATH.

Links point to programs on PATH or in the cache, which all checkouts share. The language host belongs to one checkout,
because it runs in the virtual environment of that checkout; so it lies here, and pulumi beside it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

HOST = "pulumi-language-python"
"""What the engine looks for, first on PATH and then beside itself."""


def official_host(pulumi: Path) -> bool:
    """Tell whether a pulumi has its own language host beside it."""
    return os.access(pulumi.resolve().parent / HOST, os.X_OK)


def link(bin_: Path, targets: Mapping[str, Path], root: Path) -> None:
    """Make a folder hold exactly the tools of targets, and the stand-in host where pulumi has none of its own.

    Every entry is replaced in one move, so a command that runs meanwhile sees the old one or the new one.
    """
    bin_.mkdir(parents=True, exist_ok=True)
    wanted = set(targets)
    for name, target in targets.items():
        fresh = bin_ / f".{name}.{os.getpid()}"
        fresh.unlink(missing_ok=True)
        if name == "pulumi" and not official_host(target):
            # a symbolic link would not do: the engine looks for its host where pulumi really lies, and complains
            # that the one on PATH is another
            _copy(target, fresh)
            _write_launcher(bin_, root)
            wanted.add(HOST)
        else:
            fresh.symlink_to(target)
        fresh.replace(bin_ / name)
    for old in bin_.iterdir():
        if old.name not in wanted:
            old.unlink()


def _copy(source: Path, fresh: Path) -> None:
    try:
        os.link(source.resolve(), fresh)
    except OSError:  # another file system, or not ours to link
        shutil.copy2(source, fresh)


def _write_launcher(bin_: Path, root: Path) -> None:
    import shlex

    python, host = root / ".venv" / "bin" / "python", root / "tools" / "language_host"
    fresh = bin_ / f".{HOST}.{os.getpid()}"
    fresh.write_text(
        "#!/bin/sh\n"
        f"# The stand-in for Pulumi's Python language host; see {host / '__init__.py'}\n"
        f'exec {shlex.quote(str(python))} {shlex.quote(str(host))} "$@"\n'
    )
    fresh.chmod(0o755)
    fresh.replace(bin_ / HOST)
