"""What people sign for of a stack's own runtimes and registries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from delivery import approvals, checks, foundations, tree
from delivery.canonical import short
from delivery.gates import Alteration
from delivery.problems import Problem, Refused, Spot, suggestion
from delivery.shapes.stack import Stack
from delivery.tree import Tree
from pvn import options, output, signing, standing, waiting


def say(
    where: Path, stack: str, key: Path | None, form: output.Form, question: str | None, *, is_rejection: bool = False
) -> None:
    """Show what changes in a stack's runtimes and registries, ask where there is a question, sign, and name the file."""
    settings = _asked_for(checks.check(tree.read(where)), stack)
    chosen = signing.usable(where, key)
    alterations = foundations.alterations(stack, settings, standing.memory(where, stack).inventory)
    changes = [one for one in alterations if one.is_change]
    if not changes:
        signing.tell_nothing(f"the runtimes and registries of {stack} are what was last completed", form)
        return
    if form is output.Form.TEXT:
        _show(changes)
    if not is_rejection:
        signing.warn(where, approvals.STACK, stack, {one.name: one.digest for one in changes}, "these settings")
    if question:
        options.agree(question)
    digests = {one.name: (one.digest, one.digest) for one in changes}
    texts = {one.name: one.text for one in changes}
    file = signing.of_stack(where, stack, digests, texts, chosen, is_rejection=is_rejection)
    signing.tell([file], stack, form, look="pvn status", is_rejection=is_rejection)


def channel_of(application: str | None, channel: str | None) -> tuple[str, str]:
    """Return the application and the channel that a line is about. Raises UsageError where one is missing."""
    if application is None:
        raise click.UsageError("say an APPLICATION and its --channel, or a --stack")
    if channel is None:
        raise click.UsageError("Missing option '-c' / '--channel'.")
    return application, channel


def alone(application: str | None, channel: str | None, services: Sequence[str]) -> None:
    """Raise UsageError where a line about a stack is about an application, too."""
    if application is not None or channel is not None or services:
        raise click.UsageError("--stack is about runtimes and registries: leave APPLICATION, --channel and --service out")


def _asked_for(wanted: Tree, stack: str) -> Stack:
    """Return the settings of a stack. Raises Refused where nobody has to approve a change of its runtimes and registries."""
    file = Spot(f"Pulumi.{stack}.yaml")
    if stack not in wanted.stacks:
        fix = suggestion(stack, wanted.stacks, "stacks")
        raise Refused([Problem(Spot("Pulumi.yaml"), f"there is no stack {stack!r}", fix)])
    settings = wanted.stacks[stack]
    if not any(one.manual_approval for one in settings.preconditions):
        fix = "give it the precondition: `pvn:preconditions: [{manualApproval: {}}]`"
        raise Refused([Problem(file, "its runtimes and registries change without approval", fix)])
    return settings


def _show(changes: Sequence[Alteration]) -> None:
    """Show what changes, setting by setting."""
    for one in changes:
        before = short(one.before.digest) if one.before else "nothing yet"
        click.echo(f"{one.name}: {before} → {short(one.digest) if one.wanted else 'nothing'}")
        click.echo("\n".join(f"  {line}" for line in waiting.settings(one)))
