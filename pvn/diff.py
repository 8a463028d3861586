"""`pvn diff`: what the work here changes in the clusters, from nothing but git and the project's files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

import click

from delivery import changes, checks, desired, differences, tree
from delivery.changes import Change, Changes
from delivery.problems import Problem, Refused, Spot
from delivery.tree import Tree
from evidence import history
from pvn import changed, comment, options, output
from pvn.command import root


class Form(StrEnum):
    """Text with colour where there is a terminal, JSON, or Markdown that fits into a comment."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


@click.command(cls=options.Verb)
@click.option("-b", "--base", required=True, metavar="REF", help="The branch, tag or commit to compare with.")
@click.option(
    "-o", "--output", "form", type=click.Choice(list(Form), case_sensitive=False), default=Form.TEXT,
    help="For people, for machines, or for a pull request: that one stays below 60 kB.  [default: text]",
)  # fmt: skip
@click.option("--full", type=click.Path(path_type=Path, dir_okay=False), help="Also write the whole text to this file.")
@click.pass_context
def command(ctx: click.Context, base: str, form: Form, full: Path | None) -> None:
    """Show what changes in each channel between REF and the files here, in Kubernetes terms.

    Compared is with the commit where the two part, as `git diff REF...` does; no cluster, no account and no engine is asked.

    Example: pvn diff --base origin/main
    """
    with output.progress(f"comparing with {base}"):
        compared, commit = _compared(root(ctx), base)
        alike = changed.groups(compared.instances)
    if full:
        full.write_text("\n".join(comment.text(compared, alike, commit)) + "\n", encoding="utf-8")
    if form is Form.JSON:
        click.echo(json.dumps(_facts(compared, commit), indent=2))
    elif form is Form.MARKDOWN:
        click.echo(comment.markdown(compared, alike, commit))
    else:
        click.echo("\n".join(map(_coloured, comment.text(compared, alike, commit, comment.MOST_NAMES))))


def _compared(where: Path, base: str) -> tuple[Changes, str]:
    """Return what changes since the base, and which commit that is."""
    with history.base(where, base, tree.PLACES) as found, _named(base):
        before = desired.deployed(_read(found))
    after = desired.deployed(checks.check(tree.read(where)))
    unlike = desired.unlike(before, after)
    with _named(base):
        was = desired.rendered(before, lambda one: one.id in unlike)
    return changes.between(was, desired.rendered(after, lambda one: one.id in unlike)), found.commit


def _read(base: history.Base) -> Tree:
    """Return the base's tree; an empty one where the project began later."""
    if (base.root / "applications").is_dir():
        found, problems = tree.look(base.root)
        if not problems and found.is_self_contained:
            return checks.check(found)
    whole = base.whole()
    return checks.check(tree.read(whole)) if (whole / "applications").is_dir() else Tree()


@contextmanager
def _named(ref: str) -> Iterator[None]:
    """Let the places of what is wrong with the base begin with its name, as git writes them."""
    try:
        yield
    except Refused as refused:
        raise Refused(
            Problem(Spot(f"{ref}:{one.at.file}", one.at.line, one.at.column), one.what, one.fix) for one in refused.problems
        ) from None


def _coloured(line: str) -> str:
    colour = {"-": "red", "+": "green"}.get(line.lstrip(" ")[:1] if line.startswith("    ") else "")
    return click.style(line, fg=colour) if colour else click.style(line, bold=True) if line[:1].strip() else line


def _facts(compared: Changes, commit: str) -> dict[str, Any]:
    return {
        "base": commit,
        "changes": {one.instance.id: _of(one) for one in compared.instances},
        "renumbered": compared.renumbered,
    }


def _of(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "needs": change.needs,
        "needsApproval": change.needs_approval,
        "settings": [_field(one) for one in change.settings],
        "objects": [
            {
                "apiVersion": one.key.api_version,
                "kind": one.key.kind,
                "namespace": one.key.namespace,
                "name": one.key.name,
                "change": one.kind,
                "restartsPods": one.restarts_pods,
                "fields": [_field(field) for field in one.differences],
            }
            for one in change.objects
        ],
    }


def _field(one: differences.Difference) -> dict[str, Any]:
    """Return a difference as JSON: a value that is not there has no key."""
    values = {"before": one.before, "after": one.after}
    there = {name: value for name, value in values.items() if value is not differences.ABSENT}
    return {"path": one.path, **({"onlyOrder": True} if one.is_order else {}), **there}
