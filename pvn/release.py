"""`pvn release`: what should run, written where git keeps its history."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from delivery import channels, checks, tree
from delivery.problems import Problem, Refused, Spot, suggestion
from delivery.tree import Tree
from pvn import output
from pvn.command import root

if TYPE_CHECKING:
    from ruamel.yaml import YAML


@click.command()
@click.argument("application")
@click.option("-s", "--service", required=True, help="The service that gets new values.")
@click.option(
    "-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter and its value; may be repeated."
)
@click.option("-c", "--channel", help="Only for this release channel.  [default: all]")
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
    after = _edited(
        before, application, service, values, channel, {k.removeprefix("source_"): v for k, v in source.items() if v}
    )
    _write(path, after)
    try:
        channels.resolve(checks.check(tree.read(where)))
    except BaseException:
        path.unlink() if before is None else _write(path, before)
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


def _edited(
    before: str | None,
    application: str,
    service: str,
    values: Mapping[str, str | int],
    channel: str | None,
    source: Mapping[str, str],
) -> str:
    """Return the release's text with the new values in it and everything else as it was."""
    from ruamel.yaml import YAML
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 4096
    yaml.preserve_quotes = True
    document: Any = yaml.load(before) if before else {"release": {"application": application}}
    release = document["release"]
    target = _below(_below(release, "services"), service)
    if channel:
        target = _of_channel(target, channel)
    parameters = _below(target, "parameters")
    for name, value in values.items():
        if parameters.get(name) != value:
            parameters[name] = DoubleQuotedScalarString(value) if isinstance(value, str) else value
    if source:
        release["source"] = dict(source)
    return _text(yaml, document)


def _below(block: Any, name: str) -> Any:
    """Return the mapping of that name, made where it is not there or has no value."""
    if block.get(name) is None:
        block[name] = {}
    return block[name]


def _of_channel(target: Any, channel: str) -> Any:
    spelling = "per_release_channel" if "per_release_channel" in target else "perReleaseChannel"
    name = "release_channel" if spelling == "per_release_channel" else "releaseChannel"
    if target.get(spelling) is None:
        target[spelling] = []
    entries = target[spelling]
    found = next((one for one in entries if channel in (one.get("releaseChannel"), one.get("release_channel"))), None)
    if found is None:
        found = {name: channel}
        entries.append(found)
    return found


def _text(yaml: YAML, document: Any) -> str:
    stream = io.StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()


def _write(path: Path, text: str) -> None:
    """Replace a file in one step: whoever reads it meanwhile sees the old one or the new one, whole."""
    path.parent.mkdir(exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
