"""Options that several verbs have, in the same words."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.core import augment_usage_errors

from pvn import completion
from pvn.command import REFUSED

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class Verb(click.Command):
    """A verb. Of an option that takes one value, a second one is refused: the last would win, and nobody would know."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the words of a command line in. Raises UsageError, which shows how the verb is used."""
        with augment_usage_errors(ctx):
            _, rest, said = self.make_parser(ctx).parse_args(list(args))
        for one in said:
            takes_one = isinstance(one, click.Option) and not one.multiple and not one.is_flag
            if takes_one and said.count(one) > 1 and not ctx.resilient_parsing:
                raise click.UsageError(f"say --{(one.opts[-1]).lstrip('-')} once: it takes one value", ctx)
        # who asks for help gets it, whatever else is there
        if rest and not any(one.is_eager for one in said) and not ctx.resilient_parsing:
            takes = [one for one in self.collect_usage_pieces(ctx) if one != self.options_metavar]
            many = f"one argument, {takes[0]}" if takes else "no argument"
            ctx.fail(f"{ctx.info_name} takes {many}: leave {', '.join(map(repr, rest))} out")
        return super().parse_args(ctx, args)


def agree(question: str) -> None:
    """Ask for a yes. A no ends the verb as a refusal. Raises UsageError where there is nobody to answer."""
    while True:
        click.echo(f"{question} [y/N]: ", nl=False, err=True)
        # `input` would lose a Ctrl-C that comes while it writes the question
        answer = sys.stdin.readline()
        if not answer:
            click.echo(err=True)
            raise click.UsageError("say --yes: there is nobody to answer")
        if answer.strip().lower() in ("y", "yes"):
            return
        if answer.strip().lower() in ("", "n", "no"):
            click.echo("nothing is signed", err=True)
            raise click.exceptions.Exit(REFUSED)


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
