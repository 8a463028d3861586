"""A linked registry: images that somebody else looks after."""

from __future__ import annotations

import pulumi
from msgspec import Struct


class RegistryArgs(Struct, frozen=True, kw_only=True):
    """What a linked registry needs to know."""

    url: str
    """The registry's host, and the path below it where there is one."""


class Registry(pulumi.ComponentResource):
    """A registry that this program names and never changes."""

    url: pulumi.Output[str]
    """Where images are found, without a scheme or a trailing slash."""

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:linked:Registry", name, {}, opts)
        self.url = pulumi.Output.from_input(args.url)
        self.register_outputs({"url": self.url})
