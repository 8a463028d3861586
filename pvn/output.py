"""How a verb says its answer: for people, or for machines; and that it still works on it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
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


PATIENCE = 1.0
"""Seconds after which somebody at a terminal wants to know that something happens."""


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Say on a terminal what takes so long, once it does, and take it away again at the end. Elsewhere nothing is said."""
    done = threading.Event()
    teller = threading.Thread(target=_tell, args=(what, done), daemon=True)
    if sys.stderr.isatty():
        teller.start()
    try:
        yield
    finally:
        done.set()
        if teller.ident is not None:
            teller.join()


def _tell(what: str, done: threading.Event) -> None:
    if done.wait(PATIENCE):
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{what} …"):
        done.wait()
