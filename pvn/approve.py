"""`pvn approve`: a person's word for exact versions of exact objects, signed with their SSH key."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from delivery import changes, checks, gates, tree
from delivery.canonical import short
from delivery.desired import Desired
from delivery.problems import Problem, Refused, WorldFailed
from delivery.records import Ledger
from delivery.structs import replace
from delivery.versions import Candidate
from pvn import changed, completion, infrastructure, options, output, signing
from pvn.command import root


@click.command(cls=options.Verb)
@click.argument("application", required=False, shell_complete=completion.applications)
@click.option("-c", "--channel", shell_complete=completion.channels, help="The release channel that may move.")
@click.option(
    "--stack", shell_complete=completion.stacks, help="Instead of a channel: the stack whose own clusters may change."
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
    """Approve what APPLICATION's services would get in a channel now, or how a stack's own clusters would change.

    Shows what would change first. What is signed names versions and digests of objects: any change of either needs a new
    approval. Commit the file that is written; `pulumi up` looks at it.

    Example: pvn approve my-app --channel production
    """
    where = root(ctx)
    if stack is not None:
        infrastructure.alone(application, channel, services)
        question = None if yes else f"Approve this for stack {stack}?"
        infrastructure.say(where, stack, key, form, question)
        return
    application, channel = infrastructure.channel_of(application, channel)
    asked = signing.asked_for(checks.check(tree.read(where)), application, channel, services)
    chosen = signing.usable(where, key)
    candidates, remembered = signing.remembered(where, asked)
    changing = _changing(candidates, remembered)
    _refuse_loose(changing)
    if form is output.Form.TEXT:
        _show(candidates, remembered)
    if not changing:
        signing.tell_nothing(f"{channel} has these objects already", form)
        return
    signing.warn(where, application, channel, {one.instance.service: one.version for one in changing})
    if not yes:
        options.agree(f"Approve this for {channel}?")
    elif isinstance(remembered, WorldFailed):
        what = f"{remembered.what}; so nobody can tell what would change, and --yes signs nothing"
        raise WorldFailed(remembered.where, what, remembered.fix)
    signing.tell(signing.say(where, changing, chosen), candidates[0].instance.stack, form, look=f"pvn why {application}")


def _changing(candidates: Sequence[Candidate], remembered: Ledger | WorldFailed) -> Sequence[Candidate]:
    if isinstance(remembered, WorldFailed):
        return candidates
    return [one for one in candidates if not gates.is_there(one, remembered.history(one.instance.id))]


def _refuse_loose(candidates: Sequence[Candidate]) -> None:
    """Refuse to sign for an image that is named by a tag: it may be another one afterwards."""
    problems = [
        Problem(one.instance.at, f"{one.instance.id}: {answer.fact}", answer.next)
        for one in candidates
        for answer in gates.pinned(one)
    ]
    if problems:
        raise Refused(problems)


def _show(candidates: Sequence[Candidate], remembered: Ledger | WorldFailed) -> None:
    """Show what would change for each candidate, compared with what its stack has released there last."""
    for one in candidates:
        before = None
        if isinstance(remembered, WorldFailed):
            click.echo(f"{one.instance.id}: unknown → {short(one.version)}")
            click.echo(f"  what runs there now cannot be told, so this is the whole of it: {remembered.what}")
            click.echo(f"  fix: {remembered.fix}")
        else:
            record = remembered.history(one.instance.id).effective
            before = replace(one, version=record.version, bundle=remembered.bundle(record)) if record else None
            click.echo(f"{one.instance.id}: {short(record.version) if record else 'nothing yet'} → {short(one.version)}")
        found = changes.between(Desired((before,) if before else ()), Desired((one,)))
        for change in found.instances:
            click.echo("\n".join(f"  {line}" for line in changed.lines(change)))
        if not found.instances:
            click.echo("  the objects stay as they are")
