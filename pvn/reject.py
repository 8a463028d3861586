"""`pvn reject`: a person's no to a version, signed with their SSH key."""

from __future__ import annotations

from pathlib import Path

import click

from delivery import checks, tree
from delivery.canonical import short
from pvn import completion, output, signing
from pvn.approve import signed
from pvn.command import root


@click.command()
@click.argument("application", shell_complete=completion.applications)
@click.option("-c", "--channel", required=True, shell_complete=completion.channels, help="The channel it must not reach.")
@click.option(
    "-s",
    "--service",
    "services",
    multiple=True,
    shell_complete=completion.services,
    help="Only this service; may be repeated.  [default: all]",
)
@click.option(
    "-k", "--key", type=click.Path(path_type=Path), help="The SSH key to sign with.  [default: git's, else ~/.ssh/id_*]"
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@output.option
@click.pass_context
def command(
    ctx: click.Context,
    application: str,
    channel: str,
    services: tuple[str, ...],
    key: Path | None,
    yes: bool,
    form: output.Form,
) -> None:
    """Say no to the versions that APPLICATION's services would get in a channel now.

    A no outweighs every yes, and holds for that version until its file is taken away again: another release is another
    version.

    Example: pvn reject my-app --channel production --service my-backend
    """
    where = root(ctx)
    candidates, _ = signing.asked_for(where, checks.check(tree.read(where)), application, channel, services)
    if form is output.Form.TEXT:
        click.echo("\n".join(f"{one.instance.id} at {short(one.version)}" for one in candidates))
    if not yes:
        click.confirm(f"Keep this out of {channel}?", abort=True, err=True)
    signed(signing.say(where, candidates, key, is_rejection=True), candidates[0].instance.stack, form)
