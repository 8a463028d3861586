"""`pvn render`: exactly what a channel would get, from nothing but the project's files."""

from __future__ import annotations

import fnmatch
import json

import click

from delivery import checks, desired, manifests, tree
from delivery.instances import ServiceInstance
from delivery.problems import Problem, Refused, Spot, suggestion
from pvn import completion, named, options, output
from pvn.command import root


@click.command(cls=options.Verb)
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
    named.applications(wanted, applications)
    if channel is not None:
        named.channel(wanted, channel)

    def asked_for(one: ServiceInstance) -> bool:
        return (
            (not applications or one.application in applications)
            and channel in (None, one.channel)
            and (service is None or fnmatch.fnmatchcase(one.service, service))
        )

    found = desired.desire(wanted, asked_for)
    if not found.candidates:
        known = {name for owner, name in wanted.services if not applications or owner in applications}
        what = "no service instance is all that was asked for"
        raise Refused([Problem(Spot("applications/"), what, suggestion(service or "", known, "services"))])
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
