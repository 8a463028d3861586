"""Templates and what Go 1.26 makes of them, one case a line; `refresh` asks Go again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from delivery.gotemplate import Image

FOLDER = Path(__file__).parent
_DATA: dict[str, Any] = json.loads((FOLDER / "data.json").read_text("utf-8"))


def named(data: Any) -> Any:
    """Return the data that a case names, or gives itself."""
    return _DATA[data[1:]] if isinstance(data, str) and data.startswith("@") else data


def native(data: Any) -> Any:
    """Return data with its images made: they are written as {"$image": [reference, tag]}."""
    if isinstance(data, dict):
        if "$image" in data:
            return Image(*data["$image"])
        return {key: native(value) for key, value in data.items()}
    return [native(value) for value in data] if isinstance(data, list) else data


_READY = {f"@{name}": native(data) for name, data in _DATA.items()}
"""Made once for thousands of cases: if rendering changed its data, the answers of later ones would be others."""


def cases(name: str) -> Iterator[dict[str, Any]]:
    """Return one file's cases, their data ready for rendering."""
    with (FOLDER / f"{name}.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            data = case["data"]
            yield case | {"data": _READY[data] if isinstance(data, str) and data in _READY else native(data)}
