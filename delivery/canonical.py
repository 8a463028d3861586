"""One spelling for every value, so that equal things have equal digests."""

from __future__ import annotations

import hashlib
import json


def text(value: object) -> str:
    """Return JSON with sorted keys and no spaces: the same for equal values, whatever order they were built in."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(canonical: str) -> str:
    """Return `sha256:<64 hex digits>` of a canonical text."""
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


def verified(under: str, kept: object) -> str:
    """Return a text that was kept under its digest. Raises ValueError where it is none, or not that one."""
    if not isinstance(kept, str) or digest(kept) != under:
        raise ValueError(f"what is kept under {under} does not match that digest")
    return kept


def short(digest_or_version: str) -> str:
    """Return the first twelve digits of a digest: what people compare by eye."""
    return digest_or_version.removeprefix("sha256:")[:12]
