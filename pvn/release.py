"""`pvn release`: what should run, written where git keeps its history."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import click

from delivery import channels, checks, document, images, parameters, rollbacks, tree, walker
from delivery.instances import ServiceInstance
from delivery.problems import Problem, Refused, suggestion
from delivery.shapes.parameters import ParameterDefinition
from delivery.shapes.release import ReleaseFile
from delivery.shapes.service import ServiceConfig
from delivery.structs import replace
from delivery.tree import Tree
from pvn import completion, named, options, output, pinning, release_file
from pvn.command import root


@click.command(cls=options.Verb)
@click.argument("application", shell_complete=completion.applications)
@click.option("-s", "--service", required=True, shell_complete=completion.services, help="The service that gets new values.")
@click.option(
    "-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter and its value; may be repeated."
)
@click.option("-c", "--channel", shell_complete=completion.channels, help="Only for this release channel.  [default: all]")
@click.option("--source-repository", help="Where the image was built from; recorded, not interpreted.")
@click.option("--source-commit", help="What it was built from.")
@click.option("--source-run", help="The run that built it.")
@click.option("--keep-tag", is_flag=True, help="Write an image's tag and not its digest. Not for channels with gates.")
@click.option("--retry", is_flag=True, help="Try the same values again, as another version, after they failed.")
@output.option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    application: str,
    service: str,
    params: tuple[str, ...],
    channel: str | None,
    keep_tag: bool,
    retry: bool,
    form: output.Form,
    **source: str | None,
) -> None:
    """Set parameter values of one service of APPLICATION in releases/APPLICATION.yaml.

    The tag of an image becomes the digest that its registry has for it now. The file is written only if the whole project
    is sound with it; its comments stay.

    Example: pvn release my-app --service my-backend --param image=1.4.2
    """
    told = {name.removeprefix("source_"): value for name, value in source.items() if value}
    if not (params or told or retry):
        raise click.UsageError("say which value is new: --param NAME=VALUE, or --retry")
    where = root(ctx)
    found = tree.read(where)
    wanted = checks.check(found)
    values = _values(wanted, application, service, channel, params)
    name = f"releases/{application}.yaml"
    before = release_file.read(where / name)
    # what is wrong with the project is said before anybody is asked about an image
    instances = _sound(found, name, release_file.edited(before, application, service, values, channel, told, is_again=retry))
    of_service = [one for one in instances if (one.application, one.service) == (application, service)]
    meant = [one for one in of_service if channel in (None, one.channel)]
    tags = _tags(wanted, wanted.services[application, service], values)
    if keep_tag:
        _refuse_tags(meant, tags)
    else:
        values = {**values, **_pinned(tags)}
    if retry and _is_same(before, application, service, values, channel):
        from pvn import retrying

        retrying.check(where, wanted, meant)
    after = release_file.edited(before, application, service, values, channel, told, is_again=retry)
    if after != before:
        release_file.write(where / name, after)
    if form is output.Form.JSON:
        click.echo(json.dumps({"file": name, "changed": before != after, "parameters": values}))
    else:
        click.echo(f"{name}: {'changed' if before != after else 'nothing to change'}")
    for one in meant:
        if one.rollback:
            click.echo(f"{one.channel} does not get it: {rollbacks.fact(one)}\n  next: {rollbacks.lift(one)}", err=True)


def _is_same(
    before: str | None, application: str, service: str, values: Mapping[str, str | int], channel: str | None
) -> bool:
    """Return whether a release has these values already."""
    old, new = (release_file.edited(before, application, service, some, channel) for some in ({}, values))
    return old == new


def _sound(found: Tree, name: str, text: str) -> tuple[ServiceInstance, ...]:
    """Return the instances of the project with this text in the file of that name. Raises Refused where it is not sound."""
    node, problems = document.read(text, name)
    if node is not None and not problems:
        read, problems = walker.walk(node, ReleaseFile, name)
        if read is not None and not problems:
            releases = {**found.releases, read.release.application: read.release}
            return channels.resolve(checks.check(replace(found, releases=releases)))
    raise Refused(problems)


def _tags(wanted: Tree, service: ServiceConfig, values: Mapping[str, str | int]) -> Mapping[str, tuple[str, str]]:
    """Return (repository, tag) by parameter for the images among the values that are named by a tag."""
    urls, tags = wanted.registry_urls, {}
    for one in service.parameters:
        value = values.get(one.name)
        if one.docker_image and isinstance(value, str):
            info = one.docker_image.image_registry_info
            image = images.resolve(value, urls[info.container_registry], info.image_repository)
            if not image.tag.startswith("sha256:"):
                tags[one.name] = (image.reference.removesuffix(f":{image.tag}"), image.tag)
    return tags


def _pinned(tags: Mapping[str, tuple[str, str]]) -> Mapping[str, str]:
    """Return the digests that tags name now, by parameter."""
    return {name: pinning.digest(f"--param {name}", repository, tag) for name, (repository, tag) in tags.items()}


def _refuse_tags(instances: Sequence[ServiceInstance], tags: Mapping[str, tuple[str, str]]) -> None:
    """Refuse a tag where people or a cluster have to agree to it: it could name another image after they have."""
    problems = [
        Problem(
            (one.preconditions or one.checks)[0].at,
            f"channel {one.channel!r} has gates, and tag {tag!r} of {repository} may name another image once they are open",
            f"leave --keep-tag out, or name the digest: --param {name}=sha256:…",
        )
        for one in instances
        if one.is_guarded
        for name, (repository, tag) in tags.items()
    ]
    if problems:
        raise Refused(problems)


def _values(
    wanted: Tree, application: str, service: str, channel: str | None, params: tuple[str, ...]
) -> Mapping[str, str | int]:
    """Return the values with the types that the service's parameters have."""
    named.application(wanted, application, channel, [service])
    found = wanted.services[application, service]
    kinds, urls = {one.name: one for one in found.parameters}, wanted.registry_urls
    values: dict[str, str | int] = {}
    for param in params:
        name, equals, value = param.partition("=")
        if not (name and equals):
            raise click.UsageError(f"--param {param!r} is not NAME=VALUE")
        if name in values:
            raise click.UsageError(f"say --param {name}=… once: it takes one value")
        if name not in kinds:
            what = f"service {service!r} has no parameter {name!r}"
            raise Refused([Problem(found.at, what, suggestion(name, kinds, "parameters"))])
        if not value and not kinds[name].string:
            raise click.UsageError(f"--param {name}= has no value")
        try:
            values[name] = parameters.typed(kinds[name], value, urls)
        except ValueError as wrong:
            raise click.UsageError(f"--param {name}: {wrong}{_hint(kinds[name], urls)}") from None
    return values


def _hint(definition: ParameterDefinition, urls: Mapping[str, str]) -> str:
    if definition.docker_image is None:
        return ""
    info = definition.docker_image.image_registry_info
    return f"; write a tag, a digest, or a full reference of {urls[info.container_registry]}/{info.image_repository}"
