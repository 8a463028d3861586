"""`pvn check`: everything that is wrong with the project, at once."""

from __future__ import annotations

import json

import click

from delivery.audit import audit
from delivery.problems import Refused
from pvn import options, output
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
            found = audit(where)
    except Refused as refused:
        if form is output.Form.JSON:
            said = [{"at": str(one.at), "problem": one.what, "fix": one.fix} for one in refused.problems]
            click.echo(json.dumps({"problems": said}, indent=2))
            ctx.exit(REFUSED)
        raise
    services = len(found.by_service)
    if form is output.Form.JSON:
        click.echo(json.dumps({"problems": [], "services": services, "instances": len(found.candidates)}, indent=2))
    else:
        instances = len(found.candidates)
        click.echo(f"all is well: {output.count(services, 'service')}, {output.count(instances, 'service instance')}")
