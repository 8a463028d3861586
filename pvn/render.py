"""`pvn render`: exactly what a channel would get, from nothing but the project's files; or what it has, from the state."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterable

import click

from delivery import channels, checks, desired, manifests, tree
from delivery.bundles import Bundle
from delivery.problems import Problem, Refused, Spot, suggestion
from delivery.records import Record
from pvn import completion, named, options, output
from pvn.command import DONE, WAITING, root


@click.command(cls=options.Verb)
@click.argument("applications", nargs=-1, shell_complete=completion.applications)
@click.option("-c", "--channel", shell_complete=completion.channels, help="Only this release channel.  [default: all]")
@click.option(
    "-s", "--service", shell_complete=completion.services, help="Only this service; * and ? match.  [default: all]"
)
@click.option("--running", "is_of_now", is_flag=True, help="What runs: the last completed releases, out of the state.")
@output.option
@click.pass_context
def command(
    ctx: click.Context,
    applications: tuple[str, ...],
    channel: str | None,
    service: str | None,
    is_of_now: bool,
    form: output.Form,
) -> None:
    """Print the Kubernetes objects of APPLICATIONS (default: all), as YAML documents.

    They are those that the files want, whatever gates say. With --running they are those of the last completed releases;
    what was never released is told, and the command ends with 3.

    Example: pvn render my-app --channel production
    """
    where = root(ctx)
    wanted = checks.check(tree.read(where))
    named.applications(wanted, applications)
    if channel is not None:
        named.channel(wanted, channel)

    def is_meant(of: str, on: str, name: str) -> bool:
        return (
            (not applications or of in applications)
            and channel in (None, on)
            and (service is None or fnmatch.fnmatchcase(name, service))
        )

    instances = [one for one in channels.resolve(wanted) if is_meant(one.application, one.channel, one.service)]
    if not instances:
        known = {name for owner, name in wanted.services if not applications or owner in applications}
        what = f"no service matches {service!r}" if service else "these applications have no service there"
        raise Refused([Problem(Spot("applications/"), what, suggestion(service or "", known, "services"))])
    if is_of_now:
        from pvn.running import running  # what asks the state is not waited for by whoever asks the files

        now = running(where, instances, is_meant)
        _print(now.releases, form)
        for absent in now.absent:
            click.echo(f"{absent}: nothing was released there yet", err=True)
        ctx.exit(WAITING if now.absent else DONE)
    meant = {one.id for one in instances}
    found = desired.desire(wanted, lambda one: one.id in meant)
    _print([(one.instance.id, one.record, one.bundle) for one in found.candidates], form)


def _print(releases: Iterable[tuple[str, Record, Bundle]], form: output.Form) -> None:
    """Print the objects of releases, each with the version that it carries."""
    found = {name: (record, of, list(manifests.with_version(of.objects, record.version))) for name, record, of in releases}
    if form is output.Form.JSON:
        instances = {
            name: {"version": record.version, "manifests": record.manifests, "runtime": of.runtime, "objects": objects}
            for name, (record, of, objects) in found.items()
        }
        click.echo(json.dumps(instances, indent=2))
        return
    for name, (_, of, objects) in found.items():
        click.echo(f"# {name} on {of.runtime}\n{manifests.text(objects)}", nl=False)
