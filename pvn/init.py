"""`pvn init`: a new project, a new application in it, or one more service; whatever it writes, `pvn check` accepts."""

from __future__ import annotations

import contextlib
import json
import os
import posixpath
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from delivery import checks, protections, tree
from delivery.audit import audit
from delivery.problems import Problem, Refused, Spot
from delivery.shapes.stack import Stack
from delivery.shapes.values import NAME
from delivery.tree import Tree
from pvn import image as images
from pvn import options, output, release_file, skeleton, spelling
from pvn.command import place, root
from pvn.image import Image

_PROJECT = re.compile(r"[^A-Za-z0-9_.-]+")
"""What a Pulumi project may not have in its name, under which its state is kept."""
_PROGRAM = Path(__file__).resolve().parents[1]


@click.command(cls=options.Verb)
@click.option("-a", "--application", help="The application that the service belongs to; a new one is made.")
@click.option("-s", "--service", help="The new service.")
@click.option("-i", "--image", help="What it runs: registry, repository, and a tag or a digest.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port it listens on.  [default: none]")
@click.option(
    "-c", "--channel", "channel_names", multiple=True, metavar="NAME",
    help="A release channel of a new application; repeat it in the order in which releases move.",
)  # fmt: skip
@output.option
@click.pass_context
def command(
    ctx: click.Context,
    application: str | None,
    service: str | None,
    image: str | None,
    port: int | None,
    channel_names: tuple[str, ...],
    form: output.Form,
) -> None:
    """Write one more service; and its application, and the whole project around it, where they are not there yet.

    The tag of an image becomes the digest that its registry has for it now.
    Whatever is not said is asked for. In a new application each channel waits for the one before it to be stable, and the
    last one for an approval. In a new project each channel has a cluster on this machine.

    Example: pvn init -a shop -s web -i docker.io/acme/web:1.4.2 -c staging
    """
    where = _place(ctx)
    found = _found(where)
    application = _named("application", application or _ask("application", "Application"))
    service = _named("service", service or _ask("service", "Service"))
    chosen = images.parse(image or _ask("image", "Image, such as docker.io/acme/web:1.4.2"))
    if application not in found.applications and not channel_names:
        channel_names = tuple(re.split(r"[,\s]+", _ask("channel", "Release channels, from first to last")))
    if application in found.applications and channel_names:
        raise click.UsageError(f"application {application!r} is there already: --channel is for new ones")
    names = [_named("channel", one) for one in channel_names]
    # what is wrong with the project is said before anybody is asked about an image
    _absent(where, _files(where, found, application, service, chosen, port, names))
    chosen = images.pinned(chosen, is_guarded=_is_guarded(found, application, names))
    files = _files(where, found, application, service, chosen, port, names)
    _write(where, files)
    if form is output.Form.JSON:
        click.echo(json.dumps({"files": sorted(files)}))
    else:
        click.echo("\n".join([*(f"written: {name}" for name in sorted(files)), *_next(where, files)]))


def _next(where: Path, files: Mapping[str, str]) -> Iterator[str]:
    """Yield what to do next: for a new project, what `pulumi` needs once before it brings anything up."""
    yield "next: pvn check, then pvn render"
    stacks = [name.split(".")[1] for name in sorted(files) if re.fullmatch(r"Pulumi\.[^.]+\.yaml", name)]
    if "Pulumi.yaml" not in files:
        yield from (f"once: pulumi stack init {one}" for one in stacks)
        return
    is_repository = any((folder / ".git").exists() for folder in (where, *where.parents))
    yield "once, before the first update:"
    yield from [] if is_repository else ["  git init -b main"]
    yield "  export PULUMI_CONFIG_PASSPHRASE=…     # or name a key of your cloud below: --secrets-provider=…"
    yield from (f"  pulumi stack init {one}" for one in stacks)
    yield "  export PULUMI_CONTINUE_ON_ERROR=true"
    yield "each time: pulumi up --suppress-outputs -s STACK, then pvn status"


def _place(ctx: click.Context) -> Path:
    """Return the project's folder, or the one where a project is to be made."""
    try:
        return root(ctx)
    except Refused:
        folder = place(ctx)
        if folder.exists() and not folder.is_dir():
            raise Refused([Problem(Spot(str(folder)), "this is not a folder", "name a folder: pvn -C FOLDER …")]) from None
        return folder


def _found(where: Path) -> Tree:
    """Return what there is of a project already. Raises Refused where that is not sound."""
    if not where.exists():
        return Tree()
    found, problems = tree.look(where)
    if any((where / "applications").glob("**/*.pvn.y*ml")):
        if problems:
            raise Refused(problems)
        return checks.check(found)
    # that there is no application yet is why somebody comes here
    if others := [one for one in problems if one.at.file != "applications"]:
        raise Refused(others)
    return found


def _ask(option: str, question: str) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(f"say --{option}: there is no terminal to ask at")
    answer: str = click.prompt(question, err=True)
    return answer


def _named(kind: str, name: str) -> str:
    if not NAME.fullmatch(name):
        fix = "write lower-case letters, digits and dashes, 1 to 63 of them, a letter first and no dash last"
        raise Refused([Problem(Spot(f"--{kind}"), f"{name!r} is not a name", fix)])
    return name


def _is_guarded(found: Tree, application: str, names: Sequence[str]) -> bool:
    """Return whether any release channel of an application, or of the one that is to be made, has gates."""
    if application not in found.applications:
        return len(names) > 1
    channels = found.applications[application].release_channels
    return any(one.preconditions or protections.attached(one, None) for one in channels)


def _files(
    where: Path, found: Tree, application: str, service: str, image: Image, port: int | None, names: Sequence[str]
) -> dict[str, str]:
    """Return what is to be written, by name below the project's folder."""
    files: dict[str, str] = {}
    registry, repository = images.registry(found.stacks, image)
    if not (where / "Pulumi.yaml").exists():
        files |= _project(where)
    if application in found.applications:
        folder = posixpath.dirname(found.applications[application].at.file)
    else:
        folder = f"applications/{application}"
        file = f"{folder}/{application}.pvn.yaml"
        files[file] = skeleton.text(
            "application.yaml",
            schema=_schema(where, file, "pvn"),
            application=application,
            channels=_channels(found.stacks, names),
        )
        missing = [name for name in names if name not in found.stacks]
        for name in missing:
            more = {"runtime": _runtime({}, name), "channel": name, "registry": registry, "url": image.host}
            files[f"Pulumi.{name}.yaml"] = skeleton.text("stack.yaml", **more)
    folder = f"{folder}/services/{service}"
    file = f"{folder}/{service}.pvn.yaml"
    own = {"schema": _schema(where, file, "pvn"), "service": service, "application": application}
    files[file] = skeleton.text("service.yaml", registry=registry, repository=repository, **own)
    ports = skeleton.text("ports.yaml", port=port) if port else ""
    files[f"{folder}/deployment.yaml"] = skeleton.text("deployment.yaml", service=service, ports=ports)
    if port:
        files[f"{folder}/service.yaml"] = skeleton.text("port.yaml", service=service)
    file = f"releases/{application}.yaml"
    begun = release_file.read(where / file)
    begun = begun or f"{_schema(where, file, 'release')}release:\n  application: {spelling.scalar(application)}\n"
    files[file] = release_file.edited(begun, application, service, {"image": image.value})
    return files


def _project(where: Path) -> dict[str, str]:
    """Return what makes a folder a project; what is there already stays."""
    texts = {
        "Pulumi.yaml": skeleton.text(
            "Pulumi.yaml",
            project=_PROJECT.sub("-", where.name).strip("-") or "pvn",
            program=_path_from(where, _PROGRAM),
            provider=_path_from(where, _PROGRAM / "components/local/kwok"),
            environment=_path_from(where, Path(sys.prefix)),
        ),
        "approvals/allowed_signers": skeleton.text("allowed_signers"),
        ".gitignore": skeleton.text("gitignore"),
    }
    return {name: text for name, text in texts.items() if not (where / name).exists()}


def _path_from(where: Path, folder: Path) -> str:
    """Return a folder as Pulumi.yaml names it: from the project's own where a clone of both would have it there, too.

    So it is where the program and the project lie beside or in one another. Elsewhere only this machine's path is known.
    """
    is_near = where.parent == _PROGRAM.parent or _PROGRAM.is_relative_to(where) or where.is_relative_to(_PROGRAM)
    goes_along = folder.is_relative_to(where) or (is_near and folder.is_relative_to(_PROGRAM))
    return Path(os.path.relpath(folder, where)).as_posix() if goes_along else str(folder)


def _runtime(stacks: Mapping[str, Stack], channel: str) -> str:
    """Return the runtime of a new channel: that of the stack of its name, which is made where it is not there."""
    declared = stacks[channel].runtimes if channel in stacks else ()
    return declared[0].name if declared else f"kubernetes-{channel}"


def _channels(stacks: Mapping[str, Stack], names: Sequence[str]) -> str:
    """Return the release channels of a new application, each behind the one before it."""
    lines = []
    for before, name in zip([None, *names], names, strict=False):
        lines += [f"    - name: {spelling.scalar(name)}", "      runtimes:", f"        - runtime: {_runtime(stacks, name)}"]
        if before:
            lines += ["      preconditions:", "        - releaseChannelStable:"]
            lines += [f"            releaseChannel: {spelling.scalar(before)}"]
            lines += ["        - manualApproval: {}"] if name == names[-1] else []
    return "\n".join(lines)


def _schema(where: Path, file: str, kind: str) -> str:
    """Return the comment by which editors find a file's schema, where the project has the schemas."""
    schema = f"docs/schemas/{kind}.json"
    if not (where / schema).exists():
        return ""
    return f"# yaml-language-server: $schema={posixpath.relpath(schema, posixpath.dirname(file))}\n"


def _absent(where: Path, files: Mapping[str, str]) -> None:
    """Raise Refused where one of the files is there already, a release's apart: that one gets another service."""
    there = [name for name in files if not name.startswith("releases/") and (where / name).exists()]
    if there:
        fix = "choose another name, or edit what is there"
        raise Refused(Problem(Spot(name), "this is there already", fix) for name in there)


def _write(where: Path, files: Mapping[str, str]) -> None:
    """Write the files, or none of them: what the check refuses does not stay."""
    releases = {name: release_file.read(where / name) for name in files if name.startswith("releases/")}
    kept = {name: text for name, text in releases.items() if text is not None}
    folders = [one for name in files for one in reversed((where / name).relative_to(where).parents)]
    made = list(dict.fromkeys(where / one for one in folders if not (where / one).exists()))
    try:
        for name, text in files.items():
            release_file.write(where / name, text)
        audit(where)
    except BaseException:
        for name in files:
            release_file.write(where / name, kept[name]) if name in kept else (where / name).unlink(missing_ok=True)
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise
