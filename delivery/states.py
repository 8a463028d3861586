"""What a Pulumi state is written in: the names of resources, and the marks of values."""

from __future__ import annotations

INSTANCE = "pvn:delivery:ServiceInstance"
"""The type of the component that is a service instance."""
SECRET = "4dabf18193072939515e22adb298388d"  # noqa: S105 - no password, but the key by which one is known
"""The key that marks a value as wrapped, in a state and on the wire; a secret is the only wrapping that we meet."""
_PARTS = {"Runtime": "runtimes", "Registry": "registries"}
"""What the components of a stack's parts are called in every cloud, and what stack files call them."""


def type_of(urn: str) -> str:
    """Return the type of the resource that a URN names."""
    return urn.split("::")[2].rpartition("$")[2]


def part_of(urn: str) -> str:
    """Return the name of the runtime or registry that a component is, such as `runtimes/k`; empty where it is neither."""
    kind = _PARTS.get(type_of(urn).rpartition(":")[2])
    return f"{kind}/{name_of(urn)}" if kind else ""


def name_of(urn: str) -> str:
    """Return the name of the resource that a URN names, whatever stands in it."""
    return urn.split("::", 3)[3]


def shown(urn: str) -> str:
    """Return the type and the name of the resource that a URN names, as the engine shows them."""
    return f"{type_of(urn)} {name_of(urn)}"
