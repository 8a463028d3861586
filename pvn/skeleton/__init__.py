"""The files that `pvn init` writes, as people will read and edit them: templates with `$names` in them."""

from __future__ import annotations

from pathlib import Path
from string import Template

from pvn import spelling

_FOLDER = Path(__file__).parent


def text(name: str, **values: str | int) -> str:
    """Return a file of the skeleton with its values filled in: blocks of lines as they are, words so that they stay text.

    A name without a value is a bug, and a KeyError.
    """
    filled = {key: _spelled(value) if isinstance(value, str) else value for key, value in values.items()}
    return Template((_FOLDER / name).read_text("utf-8")).substitute(filled)


def _spelled(value: str) -> str:
    is_block = not value or "\n" in value
    return value if is_block else spelling.scalar(value)
