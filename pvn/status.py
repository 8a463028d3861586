"""`pvn status`: every service in every channel, what it runs and what it waits for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from delivery import checks, desired, gates, records, rollbacks, tree
from delivery.canonical import short
from delivery.plan import Action, Step, step
from delivery.tree import Tree
from delivery.unknown import Absent
from evidence import backend, gather
from pvn import completion, output
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
    steps = [one for one in look(where, wanted) if not applications or one.candidate.instance.application in applications]
    if form is output.Form.JSON:
        click.echo(json.dumps({one.candidate.instance.id: _facts(one) for one in steps}, indent=2))
    else:
        _print(steps)
    if any(one.action is not Action.APPLY for one in steps):
        ctx.exit(WAITING)


def look(where: Path, wanted: Tree) -> list[Step]:
    """Return what an update of each stack would do with each instance right now."""
    found = desired.desire(wanted)
    stacks = sorted({one.instance.stack for one in found.candidates})
    outputs = backend.read(where, stacks)
    steps = []
    for stack in stacks:
        answer = outputs[stack]
        ledger = records.Ledger() if isinstance(answer, Absent) else records.own(stack, answer)
        own = [one for one in found.of_stack(stack) if desired.is_selected(wanted, one.instance)]
        candidates = rollbacks.pinned(wanted, own, ledger)
        asked = gather.upstream(found, stack).and_own(candidates, ledger)
        evidence = gather.gather(where, asked, candidates, outputs)
        for one in candidates:
            history = ledger.history(one.instance.id)
            steps.append(step(one, gates.decide(one, found.siblings(one), history, evidence), ledger))
    return sorted(
        steps, key=lambda one: (one.candidate.instance.application, _rank(wanted, one), one.candidate.instance.service)
    )


def _rank(wanted: Tree, one: Step) -> int:
    names = [channel.name for channel in wanted.applications[one.candidate.instance.application].release_channels]
    return names.index(one.candidate.instance.channel)


def _facts(one: Step) -> Mapping[str, Any]:
    runs = one.history.effective
    return {
        "runs": runs.version if runs else None,
        "wanted": one.candidate.version,
        "state": state(one),
        "completed": not one.history.is_interrupted,
        "gates": [
            {"gate": answer.gate, "state": answer.state.value, "fact": answer.fact, "next": answer.next}
            for answer in one.verdict.answers
        ],
    }


def state(one: Step) -> str:
    """Return in one word how an instance stands: current, interrupted, ready (the next update moves it), held or waiting."""
    runs = one.history.effective
    if one.action is not Action.APPLY:
        return "held" if runs else "waiting"
    if one.history.is_interrupted:
        return "interrupted"
    return "current" if runs == one.record else "ready"


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

    how, runs = state(one), one.history.effective
    sign, colour = _LOOKS[how]
    versions = short(runs.version) if runs else "nothing yet"
    if not runs or runs.version != one.candidate.version:
        versions += f" → {short(one.candidate.version)}"
    leaf = branch.add(f"[{colour}]{sign} {one.candidate.instance.service}[/]  {versions}  [{colour}]{how}[/]")
    for answer in one.verdict.shut:
        said = Text.from_markup(f"{escape(answer.gate)}: {escape(answer.fact)}\n[dim]next:[/] {escape(answer.next)}")
        said.overflow = "fold"
        leaf.add(said)
