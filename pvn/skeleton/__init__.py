"""The files that `pvn init` writes, as people will read and edit them: templates with `$names` in them."""

from __future__ import annotations

from pathlib import Path
from string import Template

_FOLDER = Path(__file__).parent


def text(name: str, **values: str | int) -> str:
    """Return a file of the skeleton with its values filled in. A name without a value is a bug, and a KeyError."""
    return Template((_FOLDER / name).read_text("utf-8")).substitute(values)
