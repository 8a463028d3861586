"""`pvn rollback`: back to the release that ran before, byte for byte, until it is lifted."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from delivery import checks, desired, rollbacks, tree
from delivery.canonical import short
from delivery.instances import ServiceInstance
from delivery.problems import Problem, Refused, Spot, suggestion
from delivery.records import History, Ledger, Record
from delivery.tree import Tree
from delivery.versions import Candidate
from pvn import completion, named, options, output, release_file, standing
from pvn.command import root


@click.command(cls=options.Verb)
@click.argument("application", shell_complete=completion.applications)
@click.option("-c", "--channel", required=True, shell_complete=completion.channels, help="The channel that goes back.")
@options.services("all that have something to go back to")
@click.option("--to", "version", help="The version, or its first digits.  [default: the one before]")
@click.option("--reason", default="", help="Why; recorded for whoever reads it later.")
@click.option("--lift", is_flag=True, help="Let the services follow their releases again.")
@output.option
@click.pass_context
def command(
    ctx: click.Context,
    application: str,
    channel: str,
    services: tuple[str, ...],
    version: str | None,
    reason: str,
    lift: bool,
    form: output.Form,
) -> None:
    """Hold APPLICATION's services in a channel at the release that ran there before.

    Writes the releases that the stack remembers into releases/APPLICATION.yaml; `pulumi up` brings them back, and nothing
    newer goes there until the entries are lifted. What a rollback need not wait for is up to the application's
    `releaseSettings`.

    Example: pvn rollback my-app --channel production --service my-backend
    """
    if lift and (version is not None or reason):
        raise click.UsageError("--lift goes back to nothing: leave --to and --reason out")
    if version == "":
        raise click.UsageError("--to has no value: name the first digits of a version")
    where = root(ctx)
    wanted = checks.check(tree.read(where))
    candidates = _meant(wanted, application, channel, services)
    file = f"releases/{application}.yaml"
    before = release_file.read(where / file)
    kept: list[Candidate] = []
    if lift:
        names = [one.instance.service for one in candidates if one.instance.rollback]
        changed = release_file.lifted(before, channel, names)
        targets = {}
    else:
        remembered = standing.memory(where, candidates[0].instance.stack).ledger
        if version is None:
            kept = _rolled_back(candidates, remembered, is_picky=bool(services))
        free = [one for one in candidates if one not in kept]
        targets = _targets(free, remembered, version, is_picky=bool(services))
        pins = {name: {"version": one.version, "manifests": one.manifests} for name, one in targets.items()}
        names = []
        changed = release_file.pinned(before, application, channel, pins, reason)
    if names or targets:
        release_file.write(where / file, changed)
    if form is output.Form.JSON:
        said = {name: {"version": one.version, "manifests": one.manifests} for name, one in targets.items()}
        click.echo(json.dumps({"file": file, "lifted": names, "rollbacks": said}))
        return
    lines = [*(f"{name}: follows its releases again" for name in names)]
    lines += [f"{name}: goes back to {short(one.version)}" for name, one in targets.items()]
    lines += [f"{one.instance.service}: stays {rollbacks.fact(one.instance)}" for one in kept]
    after = f"next: git add {file}, then pulumi up -s {candidates[0].instance.stack}"
    click.echo("\n".join([*lines, after] if lines else [f"nothing to lift: no rollback holds anything in {channel}"]))


def _meant(wanted: Tree, application: str, channel: str, services: Sequence[str]) -> tuple[Candidate, ...]:
    meant = named.application(wanted, application, channel, services)
    found = desired.desire(wanted, lambda one: (one.application, one.channel) == (application, channel))
    by_service = {one.instance.service: one for one in found.candidates}
    if not by_service:
        raise Refused([Problem(meant.at, f"application {application!r} has no services", "write one first: pvn init")])
    return tuple(by_service[name] for name in (dict.fromkeys(services) or sorted(by_service)))


def _rolled_back(candidates: Sequence[Candidate], remembered: Ledger, *, is_picky: bool) -> list[Candidate]:
    """Return those that a rollback holds already: before what runs there is the very release that was left.

    Raises Refused for each that was asked for, and where there is no other.
    """
    found = [one for one in candidates if one.instance.rollback]
    if found and (is_picky or len(found) == len(candidates)):
        raise Refused(_again(one, remembered) for one in found)
    return found


def _again(one: Candidate, remembered: Ledger) -> Problem:
    known = ", ".join(short(record.version) for record in remembered.history(one.instance.id).known) or "none"
    what = f"{one.instance.id} is {rollbacks.fact(one.instance)}; going back once more would bring what was left"
    fix = f"lift it first: {rollbacks.lift(one.instance)}; or name the release: --to VERSION, remembered: {known}"
    return Problem(one.instance.rollback.at if one.instance.rollback else one.instance.at, what, fix)


def _targets(
    candidates: Sequence[Candidate], remembered: Ledger, version: str | None, *, is_picky: bool
) -> dict[str, Record]:
    """Return by service the release to go back to. Raises Refused for each that has none and was asked for."""
    found, problems = {}, []
    for one in candidates:
        history = remembered.history(one.instance.id)
        # nor is it a way back to what the release says: after a lift that may be what was left
        known = [record for record in history.known if record not in (history.effective, one.record)]
        if version is not None:
            known = [record for record in history.known if short(record.version).startswith(short(version))]
        if known:
            found[one.instance.service] = known[0]
        elif version is not None:
            problems.append(_unknown(one.instance, history, version))
        elif is_picky:
            problems.append(_alone(one.instance, history))
    if not found and not problems:
        first = candidates[0].instance
        what = f"no service of {first.application!r} has a release in {first.channel} to go back to"
        problems.append(Problem(Spot(f"stack {first.stack}"), what, f"see what each runs: pvn status {first.application}"))
    if problems:
        raise Refused(problems)
    return found


def _unknown(instance: ServiceInstance, history: History, version: str) -> Problem:
    names = [short(record.version) for record in history.known]
    what = f"{instance.id} has no release {version!r} that is remembered"
    return Problem(Spot("--to"), what, suggestion(version, names, "releases") if names else _way_out(instance))


def _alone(instance: ServiceInstance, history: History) -> Problem:
    names = ", ".join(short(record.version) for record in history.known) or "none"
    what = f"{instance.id} has no release to go back to; remembered: {names}"
    return Problem(Spot(f"stack {instance.stack}"), what, _way_out(instance))


def _way_out(instance: ServiceInstance) -> str:
    return (
        f"see what runs: pvn status {instance.application}; or release an older value: "
        f"pvn release {instance.application} --service {instance.service} --param NAME=VALUE"
    )
