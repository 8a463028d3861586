"""Which image a tag names now: asked of its registry before a release says so."""

from __future__ import annotations

import click

from delivery.problems import Problem, Refused, Spot, WorldFailed
from delivery.unknown import Absent, Unknown
from evidence import registry


def digest(place: str, repository: str, tag: str) -> str:
    """Return the digest that a tag names in the repository at an address such as docker.io/acme/web, and tell it.

    `place` is where the tag was written. Raises Refused where there is no such tag, and WorldFailed where nobody can say.
    """
    found = registry.digest(repository, tag, lambda text: click.echo(text, err=True))
    if isinstance(found, Absent):
        raise Refused([Problem(Spot(place), found.why, found.next)])
    if isinstance(found, Unknown):
        raise WorldFailed(place, found.why, found.next)
    click.echo(f"{repository}:{tag} is {found}", err=True)
    return found
