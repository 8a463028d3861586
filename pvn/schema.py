"""`pvn schema`: the JSON Schema of a kind of file, for editors and other tools."""

from __future__ import annotations

import json
from typing import Literal, get_args

import click

from delivery import schemas
from pvn import options

Kind = Literal["pvn", "release", "stack"]


@click.command(cls=options.Verb)
@click.argument("kind", type=click.Choice(get_args(Kind)), default="pvn")
def command(kind: Kind) -> None:
    """Print the JSON Schema of .pvn.yaml files (pvn), of releases/*.yaml (release) or of Pulumi.*.yaml (stack).

    docs/schemas/ holds all three, for the editors of this project.

    Example: pvn schema > pvn.json
    """
    click.echo(text(kind), nl=False)


def text(kind: Kind) -> str:
    """Return the schema of a kind of file as it is printed and kept."""
    return json.dumps(schemas.schema(kind), indent=1, ensure_ascii=False) + "\n"
