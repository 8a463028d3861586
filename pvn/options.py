"""Options that several verbs have, in the same words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from pvn import completion

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def services(default: str = "all") -> Decorator:
    """Return the option `--service`, which may be repeated; `default` says which services are meant without it."""
    return click.option(
        "-s",
        "--service",
        "services",
        multiple=True,
        shell_complete=completion.services,
        help=f"Only this service; may be repeated.  [default: {default}]",
    )


key = click.option(
    "-k", "--key", type=click.Path(path_type=Path), help="The SSH key to sign with.  [default: git's, else ~/.ssh/id_*]"
)
"""Whose word it is."""

yes = click.option("-y", "--yes", is_flag=True, help="Do not ask.")
"""For scripts that have asked already."""
