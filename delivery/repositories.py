"""Names of source repositories, which people write in many ways: with a scheme, as ssh does, with or without `.git`."""

from __future__ import annotations

import re

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.ASCII)


def are_same(one: str, other: str) -> bool:
    """Return whether two names mean one repository.

    A name that leaves out the host or the owner means every repository that ends like it, and no name means them all:
    where a list of what must not go out is at stake, a name in doubt is taken for the one on the list.
    """
    shorter, longer = sorted((_parts(one), _parts(other)), key=len)
    return longer[len(longer) - len(shorter) :] == shorter


def address(name: str) -> str:
    """Return what git can fetch a repository from; https where the name does not say how."""
    return name if _SCHEME.match(name.lower()) or "@" in name else f"https://{name}"


def _parts(name: str) -> list[str]:
    plain = _SCHEME.sub("", name.strip().casefold()).rpartition("@")[2].rstrip("/").removesuffix(".git")
    return [part for part in re.split(r"[/:]+", plain) if part and not part.isdigit()]
