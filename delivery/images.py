"""Image references: what a release may say, and the full reference that it stands for."""

from __future__ import annotations

import re

from delivery.gotemplate import Image

_TAG = re.compile(r"[A-Za-z0-9_][0-9A-Za-z_.-]{0,127}\Z")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")


def resolve(value: str, registry: str, repository: str) -> Image:
    """Return the image that a value names in a repository.

    The value is a tag, a digest, or a full reference with either; registries cap tags at 128 characters. A full reference
    must be of this very registry and repository. A bare word is always a tag, never an image of that name: the client this
    format comes from would deploy `latest` of it. Raises ValueError, saying why.
    """
    where = f"{registry}/{repository.lstrip('/')}"
    if _DIGEST.match(value):
        return Image(f"{where}@{value}", value)
    if _TAG.match(value):
        return Image(f"{where}:{value}", value)
    if value.startswith("sha256:"):
        raise ValueError("it begins as a digest does, and goes on with something else than 64 characters of 0-9 and a-f")
    name, at, digest = value.partition("@")
    # a colon after the last slash starts the tag; one before it belongs to the registry's port
    head, colon, tail = name.rpartition(":")
    base, tag = (head, tail) if colon and "/" not in tail else (name, "")
    if base != where:
        raise ValueError(f"it is an image of {base!r}, this parameter takes images of {where!r}")
    if at and _DIGEST.match(digest):
        return Image(f"{where}@{digest}", digest)
    if not at and _TAG.match(tag):
        return Image(f"{where}:{tag}", tag)
    raise ValueError("it has neither a tag nor a digest")
