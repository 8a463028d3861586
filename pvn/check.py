"""`pvn check`: everything that is wrong with the project, at once."""

from __future__ import annotations

import json
from pathlib import Path

import click

from delivery import project, signers
from delivery.audit import examine
from delivery.desired import Desired
from delivery.problems import Problem, Refused, WorldFailed
from delivery.signers import Ask
from pvn import options, output, papers
from pvn.command import REFUSED, root


@click.command(cls=options.Verb)
@output.option
@click.pass_context
def command(ctx: click.Context, form: output.Form) -> None:
    """Read the whole project and say everything that is wrong with it.

    Example: pvn check
    """
    where = root(ctx)
    try:
        with output.progress("reading the project"):
            found, ask = _sound(where)
    except Refused as refused:
        if form is output.Form.JSON:
            said = [{"at": str(one.at), "problem": one.what, "fix": one.fix} for one in refused.problems]
            click.echo(json.dumps({"problems": said}, indent=2))
            ctx.exit(REFUSED)
        raise
    services = len(found.by_service)
    if form is output.Form.JSON:
        click.echo(json.dumps({"problems": [], "services": services, "instances": len(found.candidates)}, indent=2))
        return
    instances = len(found.candidates)
    click.echo(f"all is well: {output.count(services, 'service')}, {output.count(instances, 'service instance')}")
    if ask and not any(one.may_approve for one in signers.read(where) or ()):
        click.echo(
            f"nobody may sign yet, and {ask.at} waits for it\n  next: name who may in {signers.FILE}, a line for each"
        )


def _sound(where: Path) -> tuple[Desired, Ask | None]:
    """Return what a project wants, and the gate that asks for most signatures. Raises Refused with all that is wrong."""
    found = examine(where)
    ask = signers.most(found.instances, found.stacks)
    problems: list[Problem] = [*found.problems, *project.look(where)]
    try:
        problems += papers.problems(where, ask)
    except WorldFailed:
        if not problems:
            raise
    if found.wanted is None or problems:
        raise Refused(problems)
    return found.wanted, ask
