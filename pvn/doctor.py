"""`pvn doctor`: whether everything is there that an update needs, and how to mend what is not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby

import click
from msgspec.structs import asdict

from delivery import checks, tree
from delivery.problems import Problem, Refused, Spot, suggestion
from evidence import checkup
from evidence.checkup import Finding, State
from pvn import completion, options, output
from pvn.command import WAITING, WORLD_FAILED, root


@click.command(cls=options.Verb)
@click.argument("stacks", nargs=-1, shell_complete=completion.stacks)
@output.option
@click.pass_context
def command(ctx: click.Context, stacks: tuple[str, ...], form: output.Form) -> None:
    """Ask whether everything is there that updates of STACKS (default: all) need. Nothing is changed.

    Programs and their versions, credentials and where they lead, clusters, registries, whether nodes may pull each image,
    clocks, and who may sign. Ends with 4 where something has to be mended, with 3 where something cannot be said yet.

    Example: pvn doctor staging
    """
    where = root(ctx)
    wanted = checks.check(tree.read(where))
    for name in stacks:
        if name not in wanted.stacks:
            fix = suggestion(name, wanted.stacks, "stacks")
            raise Refused([Problem(Spot(f"Pulumi.{name}.yaml"), f"there is no stack {name!r}", fix)])
    with output.progress("asking programs, accounts, clusters and registries"):
        found = checkup.checkup(where, wanted, stacks or sorted(wanted.stacks))
    if form is output.Form.JSON:
        click.echo(json.dumps([asdict(one) for one in found], indent=2))
    else:
        click.echo("\n".join(_lines(found)))
    states = {one.state for one in found}
    if State.FAILED in states:
        ctx.exit(WORLD_FAILED)
    if State.UNKNOWN in states:
        ctx.exit(WAITING)


_SIGNS = {State.OK: ("✓", "green"), State.FAILED: ("✗", "red"), State.UNKNOWN: ("…", "yellow")}


def _lines(found: Sequence[Finding]) -> Iterator[str]:
    for stack, of_stack in groupby(found, key=lambda one: one.stack):
        yield click.style(stack, bold=True)
        for one in of_stack:
            sign, colour = _SIGNS[one.state]
            yield f"  {click.style(sign, fg=colour)} {one.about}: {one.fact}"
            if one.fix:
                yield f"      fix: {one.fix}"
