"""`pvn reject`: a person's no to a version, signed with their SSH key."""

from __future__ import annotations

from pathlib import Path

import click

from delivery import checks, tree
from delivery.canonical import short
from pvn import completion, infrastructure, options, output, signing
from pvn.command import root


@click.command(cls=options.Verb)
@click.argument("application", required=False, shell_complete=completion.applications)
@click.option("-c", "--channel", shell_complete=completion.channels, help="The channel it must not reach.")
@click.option(
    "--stack",
    shell_complete=completion.stacks,
    help="Instead of a channel: the stack whose clusters must not change so.",
)
@options.services()
@options.key
@options.yes
@output.option
@click.pass_context
def command(
    ctx: click.Context,
    application: str | None,
    channel: str | None,
    stack: str | None,
    services: tuple[str, ...],
    key: Path | None,
    yes: bool,
    form: output.Form,
) -> None:
    """Say no to the versions that APPLICATION's services would get in a channel now, or to a stack's clusters.

    A no outweighs every yes, and holds for that version until its file is taken away again: another release is another
    version.

    Example: pvn reject my-app --channel production --service my-backend
    """
    where = root(ctx)
    if stack is not None:
        infrastructure.alone(application, channel, services)
        question = None if yes else f"Keep this out of stack {stack}?"
        infrastructure.say(where, stack, key, form, question, is_rejection=True)
        return
    application, channel = infrastructure.channel_of(application, channel)
    asked = signing.asked_for(checks.check(tree.read(where)), application, channel, services)
    chosen = signing.usable(where, key)
    candidates, _ = signing.remembered(where, asked)
    if form is output.Form.TEXT:
        click.echo("\n".join(f"{one.instance.id} at {short(one.version)}" for one in candidates))
    if not yes:
        options.agree(f"Keep this out of {channel}?")
    files = signing.say(where, candidates, chosen, is_rejection=True)
    signing.tell(files, candidates[0].instance.stack, form, look=f"pvn why {application}", is_rejection=True)
