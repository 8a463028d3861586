"""A linked runtime: a cluster that exists already, reached through a kubeconfig file."""

from __future__ import annotations

from pathlib import Path

import pulumi
import yaml
from msgspec import Struct

from delivery.problems import WorldFailed


class RuntimeArgs(Struct, frozen=True, kw_only=True):
    """What a linked runtime needs to know."""

    kubeconfig: Path
    """The file with the credentials. Relative to the project's root; `~` is the home of whoever runs the program."""
    context: str | None = None
    """The context to use; None takes the file's own current one."""


class Runtime(pulumi.ComponentResource):
    """A cluster that this program uses and never changes or deletes."""

    kubeconfig: pulumi.Output[str]
    """The credentials for the cluster, marked secret."""
    cluster: None = None
    """There is no resource for it here."""

    def __init__(self, name: str, args: RuntimeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:linked:Runtime", name, {}, opts)
        self.kubeconfig = pulumi.Output.secret(_read(name, args))
        self.register_outputs({"kubeconfig": self.kubeconfig})


def _read(name: str, args: RuntimeArgs) -> str:
    where = f"runtime {name!r}, kubeconfig {args.kubeconfig}"
    try:
        config = yaml.safe_load(args.kubeconfig.expanduser().read_text())
        contexts = {str(entry["name"]) for entry in config["contexts"]}
        current = args.context or str(config.get("current-context") or "")
    except (OSError, yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError, RecursionError, RuntimeError) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) else "it is not a kubeconfig"
        raise WorldFailed(where, f"it cannot be read: {reason}", "write `path:` as a kubeconfig file") from None
    if current not in contexts:
        fix = f"set `context:` to one of {', '.join(sorted(contexts))}" if contexts else "name a file that has one"
        raise WorldFailed(where, f"it has no context {current!r}" if current else "it has no current context", fix)
    return yaml.safe_dump(config | {"current-context": current}, sort_keys=True)
