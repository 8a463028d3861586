"""`pvn status`: every service in every channel, what it runs and what it waits for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from delivery import checks, tree
from delivery.canonical import short
from delivery.plan import Action, Step
from pvn import completion, output, standing
from pvn.command import WAITING, root

if TYPE_CHECKING:
    from rich.tree import Tree as Picture


@click.command()
@click.argument("applications", nargs=-1, shell_complete=completion.applications)
@output.option
@click.pass_context
def command(ctx: click.Context, applications: tuple[str, ...], form: output.Form) -> None:
    """Show APPLICATIONS (default: all): application, channels, services, and what each waits for.

    Ends with 3 where something waits. Example: pvn status my-app
    """
    where = root(ctx)
    wanted = checks.check(tree.read(where))
    steps = [
        one for one in standing.look(where, wanted) if not applications or one.candidate.instance.application in applications
    ]
    if form is output.Form.JSON:
        click.echo(json.dumps({one.candidate.instance.id: facts(one) for one in steps}, indent=2))
    else:
        _print(steps)
    if any(one.action is not Action.APPLY for one in steps):
        ctx.exit(WAITING)


def facts(one: Step) -> Mapping[str, Any]:
    """Return what machines are told of an instance: what it runs, what is wanted, and what each gate says."""
    runs = one.history.effective
    return {
        "runs": runs.version if runs else None,
        "wanted": one.candidate.version,
        "state": standing.state(one),
        "completed": not one.history.is_interrupted,
        "gates": [
            {
                "gate": answer.gate,
                "state": answer.state.value,
                "fact": answer.fact,
                "next": answer.next,
                "opens": answer.opens.isoformat() if answer.opens else None,
            }
            for answer in one.verdict.answers
        ],
    }


_LOOKS = {
    "current": ("✓", "green"),
    "ready": ("→", "cyan"),
    "held": ("‖", "yellow"),
    "waiting": ("…", "yellow"),
    "interrupted": ("✗", "red"),
}


_WIDTH = 400
"""Characters a line may have where nobody looks at a screen: commands must come out whole."""


def _print(steps: list[Step]) -> None:
    from rich.console import Console
    from rich.tree import Tree as Picture

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH
    for application, of_application in groupby(steps, key=lambda one: one.candidate.instance.application):
        picture = Picture(f"[bold]{application}[/]")
        for channel, of_channel in groupby(of_application, key=lambda one: one.candidate.instance.channel):
            some = list(of_channel)
            branch = picture.add(f"{channel} [dim]on {some[0].candidate.instance.runtime.name}[/]")
            for one in some:
                _leaf(branch, one)
        console.print(picture)


def _leaf(branch: Picture, one: Step) -> None:
    from rich.markup import escape
    from rich.text import Text

    how, runs = standing.state(one), one.history.effective
    sign, colour = _LOOKS[how]
    versions = short(runs.version) if runs else "nothing yet"
    if not runs or runs.version != one.candidate.version:
        versions += f" → {short(one.candidate.version)}"
    leaf = branch.add(f"[{colour}]{sign} {one.candidate.instance.service}[/]  {versions}  [{colour}]{how}[/]")
    for answer in one.verdict.shut:
        said = Text.from_markup(f"{escape(answer.gate)}: {escape(answer.fact)}\n[dim]next:[/] {escape(answer.next)}")
        said.overflow = "fold"
        leaf.add(said)
