"""What a stack file says of one runtime or registry, in a text that is the same for the same settings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Literal

from msgspec import Struct
from pydantic import ValidationError

from delivery import canonical
from delivery.shapes.base import OfEnvironment, Shape
from delivery.shapes.fields import camel, plan
from delivery.shapes.infrastructure import RegistrySettings, RuntimeSettings
from delivery.shapes.stack import REGISTRIES, RUNTIMES, Stack

Kind = Literal["runtimes", "registries"]
Settings = RuntimeSettings | RegistrySettings

_NOT_BUILT = frozenset({"labels"})
"""Settings that nothing is built from: what they decide is rendered, and its own gates guard it."""


class Blueprint(Struct, frozen=True, dict=True):
    """One runtime or registry, as it is to be built."""

    kind: Kind
    settings: Settings

    @property
    def id(self) -> str:
        """The name under which stack outputs and approvals know it, such as `runtimes/kubernetes-production`."""
        return f"{self.kind}/{self.settings.name}"

    @cached_property
    def text(self) -> str:
        """The canonical JSON of every setting, defaults included: what stacks keep, byte for byte."""
        return canonical.text(self.fields)

    @cached_property
    def digest(self) -> str:
        """The digest of the text: what approvals name."""
        return canonical.digest(self.text)

    @property
    def fields(self) -> dict[str, Any]:
        """Every setting as plain values."""
        return self.settings.model_dump(mode="json", exclude=set(_NOT_BUILT))

    @property
    def typed(self) -> dict[str, Any]:
        """Every setting as plain values, in the spelling of stack files."""
        return _typed(type(self.settings), self.fields)

    @property
    def is_protected(self) -> bool:
        """Whether it resists deletion."""
        return bool(getattr(self.settings, "protect", False))

    @cached_property
    def provable(self) -> Mapping[str, Any]:
        """The settings that another environment can prove, by path: all but those in which environments differ by nature."""
        return dict(_provable(type(self.settings), self.fields, ""))


def of_stack(stack: Stack) -> tuple[Blueprint, ...]:
    """Return the runtimes and registries of a stack file, in its order."""
    return (
        *(Blueprint("runtimes", one) for one in stack.runtimes),
        *(Blueprint("registries", one) for one in stack.registries),
    )


def parse(name: str, text: str) -> Blueprint:
    """Return the blueprint of a canonical text that is kept under a name such as `runtimes/kubernetes-production`.

    Raises ValueError where it is none, or where it has settings that this program does not know.
    """
    kind, _, own = name.partition("/")
    if kind not in ("runtimes", "registries"):
        raise ValueError(f"{name!r} is neither a runtime nor a registry")
    try:
        table: Mapping[str, type[Settings]] = RUNTIMES if kind == "runtimes" else REGISTRIES
        settings = table[json.loads(text)["type"]].model_validate_json(text)
    except ValidationError as wrong:
        places = ", ".join(".".join(map(str, one["loc"])) for one in wrong.errors())
        raise ValueError(f"this program does not understand what is kept of {name!r}: {places}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError(f"what is kept of {name!r} is not a runtime or a registry that this program knows") from None
    if settings.name != own:
        raise ValueError(f"what is kept of {name!r} is about {settings.name!r}")
    return Blueprint("runtimes" if kind == "runtimes" else "registries", settings)


def removal(name: str) -> str:
    """Return the text for which people sign where a runtime or registry is to go."""
    return canonical.text({"removed": name})


def _typed(shape: type[Shape], fields: Mapping[str, Any]) -> dict[str, Any]:
    slots = plan(shape).slots
    return {
        camel(name): _typed(inner, value) if (inner := slots[name].shape) and isinstance(value, dict) else value
        for name, value in fields.items()
    }


def _provable(shape: type[Shape], fields: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    for slot in plan(shape).names:
        if slot.name not in fields or slot.name == "type":
            continue
        if any(isinstance(mark, OfEnvironment) for mark in shape.model_fields[slot.name].metadata):
            continue
        value, where = fields[slot.name], f"{path}{camel(slot.name)}"
        if slot.shape is None:
            yield where, value
        elif isinstance(value, dict):
            yield from _provable(slot.shape, value, f"{where}.")
