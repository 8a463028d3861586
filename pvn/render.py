"""`pvn render`: exactly what a channel would get, from nothing but the project's files."""

from __future__ import annotations

import fnmatch
import json

import click

from delivery import checks, desired, manifests, tree
from delivery.instances import ServiceInstance
from delivery.problems import Problem, Refused, Spot, suggestion
from delivery.tree import Tree
from pvn import completion, output
from pvn.command import root


@click.command()
@click.argument("applications", nargs=-1, shell_complete=completion.applications)
@click.option("-c", "--channel", shell_complete=completion.channels, help="Only this release channel.  [default: all]")
@click.option(
    "-s", "--service", shell_complete=completion.services, help="Only this service; * and ? match.  [default: all]"
)
@output.option
@click.pass_context
def command(
    ctx: click.Context, applications: tuple[str, ...], channel: str | None, service: str | None, form: output.Form
) -> None:
    """Print the Kubernetes objects of APPLICATIONS (default: all), as YAML documents.

    Example: pvn render my-app --channel production
    """
    wanted = checks.check(tree.read(root(ctx)))
    _known(wanted, applications, channel)

    def asked_for(one: ServiceInstance) -> bool:
        return (
            (not applications or one.application in applications)
            and channel in (None, one.channel)
            and fnmatch.fnmatchcase(one.service, service or "*")
        )

    found = desired.desire(wanted, asked_for)
    objects = {one.instance.id: list(manifests.with_version(one.bundle.objects, one.version)) for one in found.candidates}
    if form is output.Form.JSON:
        instances = {
            one.instance.id: {
                "version": one.version,
                "manifests": one.bundle.digest,
                "runtime": one.bundle.runtime,
                "objects": objects[one.instance.id],
            }
            for one in found.candidates
        }
        click.echo(json.dumps(instances, indent=2))
        return
    for one in found.candidates:
        click.echo(f"# {one.instance.id} on {one.bundle.runtime}\n{manifests.text(objects[one.instance.id])}", nl=False)


def _known(wanted: Tree, applications: tuple[str, ...], channel: str | None) -> None:
    """Refuse names that the tree does not have: an empty answer would look like a good one."""
    here = Spot("applications/")
    channels = {one.name for application in wanted.applications.values() for one in application.release_channels}
    problems = [
        Problem(here, f"there is no application {name!r}", suggestion(name, wanted.applications, "applications"))
        for name in applications
        if name not in wanted.applications
    ]
    if channel is not None and channel not in channels:
        problems.append(Problem(here, f"there is no release channel {channel!r}", suggestion(channel, channels, "channels")))
    if problems:
        raise Refused(problems)
