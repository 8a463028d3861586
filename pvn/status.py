"""`pvn status`: every service in every channel, what it runs and what it waits for."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from delivery import checks, tree
from delivery.canonical import short
from delivery.foundations import Part
from delivery.gates import Answer, State, Verdict
from delivery.plan import Action, Step
from delivery.structs import replace
from pvn import completion, named, options, output, standing, waiting
from pvn.command import WAITING, root
from pvn.standing import Health, Standing

if TYPE_CHECKING:
    from rich.tree import Tree as Picture


@click.command(cls=options.Verb)
@click.argument("applications", nargs=-1, shell_complete=completion.applications)
@output.option
@click.pass_context
def command(ctx: click.Context, applications: tuple[str, ...], form: output.Form) -> None:
    """Show APPLICATIONS (default: all): application, channels, services, what each runs and how that is, what it waits for.

    Without a name, the runtimes and registries that stacks guard with preconditions as well.

    Ends with 3 where something waits or did not finish. Example: pvn status my-app
    """
    where = root(ctx)
    wanted = checks.check(tree.read(where))
    named.applications(wanted, applications)
    with output.progress("asking stacks and clusters"):
        found = standing.look(where, wanted)
    steps = [one for one in found.steps if not applications or one.candidate.instance.application in applications]
    parts = () if applications else found.parts
    if form is output.Form.JSON:
        told = {one.candidate.instance.id: facts(one, found) for one in steps} | {one.id: _facts_of(one) for one in parts}
        click.echo(json.dumps(told, indent=2))
    else:
        _print(steps, parts, found)
    if not (all(standing.is_done(one) for one in steps) and all(standing.is_done(one) for one in parts)):
        ctx.exit(WAITING)


def facts(one: Step, found: Standing) -> Mapping[str, Any]:
    """Return what machines are told of an instance: what it runs and how that is, what is wanted, what each gate says."""
    runs, health = one.history.effective, found.health.get(one.candidate.instance.id)
    return {
        "runs": runs.version if runs else None,
        "wanted": one.candidate.version,
        "state": standing.state(one),
        "completed": not one.history.is_interrupted,
        "healthy": health.ailment is None if health else None,
        "since": health.since.isoformat() if health and health.since else None,
        "ailment": health.ailment.why if health and health.ailment else None,
        "gates": _gates(one.verdict),
        "notes": _said(one.verdict.notes),
    }


def _facts_of(one: Part) -> Mapping[str, Any]:
    """Return the same of a runtime or registry; its settings are told by their digests."""
    return {
        "runs": one.built.completed,
        "wanted": one.change.wanted.digest if one.change.wanted else None,
        "state": standing.state_of(one),
        "completed": not one.built.is_interrupted,
        "gates": _gates(one.verdict),
    }


def _gates(verdict: Verdict) -> list[Mapping[str, Any]]:
    return _said(verdict.answers)


def _said(answers: Iterable[Answer]) -> list[Mapping[str, Any]]:
    return [
        {
            "gate": answer.gate,
            "state": answer.state.value,
            "fact": answer.fact,
            "next": answer.next,
            "opens": answer.opens.isoformat() if answer.opens else None,
        }
        for answer in answers
    ]


_LOOKS = {
    "current": ("✓", "green"),
    "ready": ("→", "cyan"),
    "held": ("‖", "yellow"),
    "waiting": ("…", "yellow"),
    "interrupted": ("✗", "red"),
}


_WIDTH = 400
"""Characters a line may have where nobody looks at a screen: commands must come out whole."""


def _print(steps: list[Step], parts: Sequence[Part], found: Standing) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.tree import Tree as Picture

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH
    for application, of_application in groupby(steps, key=lambda one: one.candidate.instance.application):
        picture = Picture(f"[bold]{application}[/]")
        for channel, of_channel in groupby(of_application, key=lambda one: one.candidate.instance.channel):
            some = list(of_channel)
            waits = sum(one.action is not Action.APPLY for one in some)
            count = f", {waits} of {len(some)} wait" if waits and len(some) > 1 else ""
            branch = picture.add(f"{channel} [dim]on {some[0].candidate.instance.runtime.name}{count}[/]")
            shared = _shared(some)
            for one in some:
                _leaf(branch, one, shared, found.health.get(one.candidate.instance.id))
            for note in dict.fromkeys(note for one in some for note in one.verdict.notes):
                _say(branch, note)
            for line in shared:
                branch.add(f"[dim]next:[/] {escape(line)}")
        console.print(picture)
    for stack, of_stack in groupby(parts, key=lambda one: one.change.stack):
        picture = Picture(f"stack [bold]{stack}[/]")
        for part in of_stack:
            _part(picture, part)
        console.print(picture)


def _part(picture: Picture, one: Part) -> None:
    from rich.markup import escape

    how, wanted = standing.state_of(one), one.change.wanted
    sign, colour = _LOOKS[how]
    digests = short(one.built.completed) if one.built.completed else "nothing yet"
    if one.change.is_change:
        digests += f" → {short(wanted.digest) if wanted else 'nothing'}"
    leaf = picture.add(f"[{colour}]{sign} {one.change.name}[/]  {digests}  [{colour}]{how}[/]")
    if one.change.is_change:
        leaf.add("\n".join(escape(line) for line in waiting.settings(one.change)))
    for answer in standing.told(one):
        _say(leaf, answer)


def _shared(steps: Sequence[Step]) -> tuple[str, ...]:
    """Return the next commands of a channel that are for several of its services: once without a name is for all of them."""
    every = Counter(line for one in steps for line in _next(one))
    return tuple(line for line, count in every.items() if line and count > 1)


def _next(one: Step) -> Iterable[str]:
    """Return each next command of a step once, in the order of its gates."""
    return dict.fromkeys(_of_all(answer, one) for answer in standing.told(one))


def _of_all(answer: Answer, one: Step) -> str:
    return answer.next.removesuffix(f" --service {one.candidate.instance.service}")


def _leaf(branch: Picture, one: Step, shared: Collection[str], health: Health | None) -> None:
    how, runs = standing.state(one), one.history.effective
    sign, colour = _LOOKS[how]
    versions = short(runs.version) if runs else "nothing yet"
    if not runs or runs.version != one.candidate.version:
        versions += f" → {short(one.candidate.version)}"
    well = f"  [green]{well_since(health)}[/]" if health and not health.ailment else ""
    leaf = branch.add(f"[{colour}]{sign} {one.candidate.instance.service}[/]  {versions}  [{colour}]{how}[/]{well}")
    if health and health.ailment:
        _say(leaf, Answer("health", State.WAITING, health.ailment.why, health.ailment.next))
    for answer in standing.told(one):
        _say(leaf, replace(answer, next="") if _of_all(answer, one) in shared else answer)


def well_since(health: Health) -> str:
    """Return since when what runs is healthy, in words."""
    return f"healthy since {health.since:%F %H:%M} UTC" if health.since else "healthy"


def _say(leaf: Picture, answer: Answer) -> None:
    from rich.markup import escape
    from rich.text import Text

    command = f"\n[dim]next:[/] {escape(answer.next)}" if answer.next else ""
    said = Text.from_markup(f"{escape(answer.gate)}: {escape(answer.fact)}{command}")
    said.overflow = "fold"
    leaf.add(said)
