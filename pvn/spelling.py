"""Text as YAML has to spell it: readers take `no`, `y` and `1e3` for something else, and not all of them the same words."""

from __future__ import annotations

import json

import yaml

from delivery.manifests import scalars


def is_plain(text: str) -> bool:
    """Return whether a text means itself to us and to kubectl where it stands in YAML without quotes."""
    try:
        return bool(yaml.safe_load(text) == text == scalars.plain(text))
    except yaml.YAMLError:
        return False


def scalar(text: str) -> str:
    """Return a text of one line as a value or a key: in quotes where it needs them."""
    return text if is_plain(text) else json.dumps(text, ensure_ascii=False)
