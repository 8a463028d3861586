"""`pvn release`: what should run, written where git keeps its history."""

from __future__ import annotations

from collections.abc import Mapping

import click

from delivery import channels, checks, tree
from delivery.problems import Problem, Refused, Spot, suggestion
from delivery.tree import Tree
from pvn import completion, output, release_file
from pvn.command import root


@click.command()
@click.argument("application", shell_complete=completion.applications)
@click.option("-s", "--service", required=True, shell_complete=completion.services, help="The service that gets new values.")
@click.option(
    "-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter and its value; may be repeated."
)
@click.option("-c", "--channel", shell_complete=completion.channels, help="Only for this release channel.  [default: all]")
@click.option("--source-repository", help="Where the image was built from; recorded, not interpreted.")
@click.option("--source-commit", help="What it was built from.")
@click.option("--source-run", help="The run that built it.")
@output.option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    application: str,
    service: str,
    params: tuple[str, ...],
    channel: str | None,
    form: output.Form,
    **source: str | None,
) -> None:
    """Set parameter values of one service of APPLICATION in releases/APPLICATION.yaml.

    The file is written only if the whole project is sound with it; its comments stay.

    Example: pvn release my-app --service my-backend --param image=sha256:4c1f…
    """
    where = root(ctx)
    wanted = checks.check(tree.read(where))
    values = _values(wanted, application, service, params)
    path = where / "releases" / f"{application}.yaml"
    before = path.read_text() if path.exists() else None
    told = {name.removeprefix("source_"): value for name, value in source.items() if value}
    after = release_file.edited(before, application, service, values, channel, told)
    release_file.write(path, after)
    try:
        channels.resolve(checks.check(tree.read(where)))
    except BaseException:
        path.unlink() if before is None else release_file.write(path, before)
        raise
    name = path.relative_to(where).as_posix()
    if form is output.Form.JSON:
        import json

        click.echo(json.dumps({"file": name, "changed": before != after, "parameters": values}))
    else:
        click.echo(f"{name}: {'changed' if before != after else 'nothing to change'}")


_DIGITS = 30


def _values(wanted: Tree, application: str, service: str, params: tuple[str, ...]) -> Mapping[str, str | int]:
    """Return the values with the types that the service's parameters have."""
    here = Spot("applications/")
    if application not in wanted.applications:
        fix = suggestion(application, wanted.applications, "applications")
        raise Refused([Problem(here, f"there is no application {application!r}", fix)])
    found = wanted.services.get((application, service))
    if found is None:
        services = [name for owner, name in wanted.services if owner == application]
        what = f"application {application!r} has no service {service!r}"
        raise Refused([Problem(here, what, suggestion(service, services, "services"))])
    kinds = {one.name: one for one in found.parameters}
    values: dict[str, str | int] = {}
    for param in params:
        name, equals, value = param.partition("=")
        if not equals:
            raise click.UsageError(f"--param {param!r} is not NAME=VALUE")
        if name not in kinds:
            what = f"service {service!r} has no parameter {name!r}"
            raise Refused([Problem(found.at, what, suggestion(name, kinds, "parameters"))])
        # what is longer fits no number that a parameter may have
        is_number = kinds[name].int is not None and value.removeprefix("-").isdecimal() and len(value) < _DIGITS
        values[name] = int(value) if is_number else value
    return values
