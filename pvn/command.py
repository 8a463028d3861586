"""`pvn`: the command line. Verbs are imported when they are called, so that none pays for another."""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from click.core import augment_usage_errors
from click.shell_completion import CompletionItem

from delivery.problems import Problem, Refused, Spot, Trouble, WorldFailed

DONE, REFUSED, USAGE, WAITING, WORLD_FAILED = 0, 1, 2, 3, 4
"""Exit codes: all is well; your files, or you, say no; the command line is wrong; something waits; the world failed."""

VERBS = {
    "init": "Write a new service, and the project around it where there is none.",
    "check": "Read the whole project and say everything that is wrong with it.",
    "render": "Print what a channel would get. No cluster, no account, no engine.",
    "diff": "Show what the work here changes in the clusters. No cluster, no account, no engine.",
    "release": "Write which parameter values an application converges to.",
    "status": "Show every service in every channel: what it runs, and what it waits for.",
    "why": "Say of each gate the fact it saw, the time that remains and the next command.",
    "approve": "Sign for exactly the versions and objects that a channel would get.",
    "reject": "Sign against the versions that a channel would get.",
    "rollback": "Hold services at the release that ran before, byte for byte.",
    "doctor": "Ask whether everything is there that updates need, and how to mend what is not.",
    "schema": "Print the JSON Schema of a kind of file, for editors.",
}


class _Verbs(click.Group):
    def list_commands(self, _: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        command: click.Command = importlib.import_module(f"pvn.{name}").command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with augment_usage_errors(ctx):
            return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        # the list is enough: whoever presses the tab key does not wait for every verb to be imported
        verbs = [CompletionItem(name, help=said) for name, said in VERBS.items() if name.startswith(incomplete)]
        return verbs + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # whoever read our output has seen enough; Python would complain once more when it flushes at exit
            sys.stdout = None
            ctx.exit(DONE)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        from delivery.problems import suggestion

        if args and args[0] not in VERBS and not args[0].startswith("-"):
            ctx.fail(f"there is no verb {args[0]!r}: {suggestion(args[0], VERBS, 'verbs')}")
        return super().resolve_command(ctx, args)


def _only(_: click.Context, __: click.Parameter, folders: tuple[Path, ...]) -> Path | None:
    """Return the folder that was named. The last of several would win, and nobody would know."""
    if len(folders) > 1:
        raise click.UsageError("say --project once: it takes one value")
    return folders[0] if folders else None


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True)
@click.option(
    "-C", "--project", "folder", type=click.Path(path_type=Path), multiple=True, callback=_only,
    help="The project's folder. [default: the nearest above]",
)  # fmt: skip
@click.version_option(package_name="pvn", message="%(version)s")
@click.pass_context
def pvn(ctx: click.Context, folder: Path | None) -> None:  # noqa: ARG001  # see `root`
    """One Pulumi program from an applications/ tree to clusters, gated.

    pvn reads, explains and signs; only `pulumi up` changes a cluster.

    It ends with 0 when all is done, 1 when your files or you refuse, 2 when it is called wrongly, 3 when something waits,
    and 4 when a cluster, a registry or a program fails.
    """
    if os.environ.get("NO_COLOR"):
        ctx.color = False


_PROJECTS = ("Pulumi.yml", "pulumi.yaml", "pulumi.yml")
"""Names of which some are Pulumi's, too, and none is what the rest of a project looks for."""


def root(ctx: click.Context) -> Path:
    """Return the project's root: the folder that was named, else the nearest one above with a Pulumi.yaml."""
    start = place(ctx)
    named = _named(ctx)
    for folder in [start] if named else [start, *start.parents]:
        if (folder / "Pulumi.yaml").is_file():
            return folder
    if misspelt := next((one for one in _PROJECTS if (start / one).is_file()), None):
        what, fix = "a project's file is called Pulumi.yaml", "rename it to Pulumi.yaml"
        raise Refused([Problem(Spot(str(start / misspelt)), what, fix)])
    if named:
        what = "there is no Pulumi.yaml in it" if start.is_dir() else "there is no such folder"
        raise Refused([Problem(Spot(str(start)), what, "name the folder that holds the project's Pulumi.yaml")])
    fix = "go to a project's folder, name one: pvn -C FOLDER …, or begin one: pvn init"
    raise Refused([Problem(Spot(str(start)), "there is no Pulumi.yaml here or above", fix)])


def place(ctx: click.Context) -> Path:
    """Return the folder that was named, else the one that we are in. Raises Refused where that one was taken away."""
    try:
        return (_named(ctx) or Path.cwd()).resolve()
    except FileNotFoundError:
        raise Refused([Problem(Spot("."), "the folder that you are in is gone", "go to a project's folder")]) from None


def _named(ctx: click.Context) -> Path | None:
    # the tab key asks for names without calling `pvn`, which could have kept it
    return ctx.find_root().params.get("folder")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with the exit code that says how it went."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # a terminal that has not all characters gets a question mark for the others
        sys.stdout.reconfigure(errors="replace")
    try:
        code = pvn.main(args=arguments, prog_name="pvn", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else DONE)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(USAGE)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as wrong:
        reason = (wrong.strerror or type(wrong).__name__).lower()
        where, fix = wrong.filename, "see what is there, and that you may use it"
        if where is None:
            where, fix = "the system", "give it what is missing, and run this again"
            sys.stdout = None  # where it is the output that finds no room, Python would complain once more at exit
        click.echo(f"{where}: {reason}\n  fix: {fix}", err=True)
        sys.exit(WORLD_FAILED)
    except Trouble as trouble:
        click.echo(trouble, err=True)
        sys.exit(WORLD_FAILED if isinstance(trouble, WorldFailed) else REFUSED)


if __name__ == "__main__":
    main()
