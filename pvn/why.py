"""`pvn why`: for each gate of an instance the fact it saw, the time that remains, and the exact next command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import click

from delivery import checks, tree
from delivery.canonical import short
from delivery.gates import Answer, State
from delivery.plan import Step
from delivery.problems import Problem, Refused, Spot
from pvn import completion, named, options, output, standing, status
from pvn.command import WAITING, root
from pvn.standing import Standing


@click.command(cls=options.Verb)
@click.argument("application", shell_complete=completion.applications)
@click.option("-c", "--channel", shell_complete=completion.channels, help="Only this release channel.  [default: all]")
@click.option("-s", "--service", shell_complete=completion.services, help="Only this service.  [default: all]")
@output.option
@click.pass_context
def command(ctx: click.Context, application: str, channel: str | None, service: str | None, form: output.Form) -> None:
    """Say of each service of APPLICATION why it moves or does not: every gate, open ones too.

    Ends with 3 where something waits or did not finish. Example: pvn why my-app --channel production --service my-backend
    """
    where = root(ctx)
    wanted = checks.check(tree.read(where))
    named.application(wanted, application, channel, [service] if service is not None else [])
    meant = (application, channel, service)
    with output.progress("asking stacks and clusters"):
        found = standing.look(where, wanted)
    steps = [one for one in found.steps if _is_meant(one, *meant)]
    if not steps:
        what = f"application {application!r} has no such service instance"
        raise Refused([Problem(Spot("applications/"), what, f"see which it has: pvn status {application}")])
    if form is output.Form.JSON:
        click.echo(json.dumps({one.candidate.instance.id: status.facts(one, found) for one in steps}, indent=2))
    else:
        now = datetime.now(UTC)
        click.echo("\n\n".join("\n".join(_lines(one, found, now)) for one in steps))
    if not all(standing.is_done(one) for one in steps):
        ctx.exit(WAITING)


def _is_meant(one: Step, application: str, channel: str | None, service: str | None) -> bool:
    instance = one.candidate.instance
    asked = (application, channel or instance.channel, service or instance.service)
    return asked == (instance.application, instance.channel, instance.service)


def _lines(one: Step, found: Standing, now: datetime) -> Iterator[str]:
    runs = short(one.last.version) if one.last else "nothing"
    yield f"{one.candidate.instance.id}: {standing.state(one)}, runs {runs}, wanted is {short(one.candidate.version)}"
    health = found.health.get(one.candidate.instance.id)
    if health and health.ailment:
        yield from _answer(Answer("health", State.WAITING, health.ailment.why, health.ailment.next), now)
    elif health:
        yield f"  ✓ {status.well_since(health)}"
    for answer in dict.fromkeys((*one.verdict.answers, *standing.told(one))):
        yield from _answer(answer, now)
    for answer in one.verdict.notes:
        yield from _answer(answer, now, "‖")


def _answer(answer: Answer, now: datetime, sign: str = "") -> Iterator[str]:
    sign = sign or {State.OPEN: "✓", State.WAITING: "…", State.REFUSED: "✗"}[answer.state]
    yield f"  {sign} {answer.gate}: {answer.fact}"
    if answer.opens and answer.opens > now:
        remains = timedelta(seconds=int((answer.opens - now).total_seconds()) + 1)
        yield f"    opens in {remains}, at {answer.opens:%F %H:%M:%S} UTC"
    if answer.next:
        yield f"    next: {answer.next}"
