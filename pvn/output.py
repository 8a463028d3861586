"""How a verb says its answer: for people, or for machines."""

from __future__ import annotations

from enum import StrEnum

import click


class Form(StrEnum):
    """Text with colour where there is a terminal, or JSON."""

    TEXT = "text"
    JSON = "json"


option = click.option(
    "-o",
    "--output",
    "form",
    type=click.Choice(list(Form), case_sensitive=False),
    default=Form.TEXT,
    help="For people, or for machines.  [default: text]",
)
"""The option that every verb has."""


def count(number: int, noun: str) -> str:
    """Return a number with its noun: `1 service`, `2 services`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
