"""What the reader needs to know of each shape's fields, worked out once from the shape itself."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from msgspec import Struct

from delivery.shapes.base import Choice, NeverNull, Numbered, OneOf, Shape
from delivery.shapes.template import ReleaseChannelTemplate
from delivery.shapes.values import DurationMark

if TYPE_CHECKING:
    from delivery.shapes.refused import Refusal

_OWN = {"at", "places", "node"}
"""Fields of shapes that nobody types."""


class Kind(Enum):
    """How a field is written."""

    LEAF = "a plain value"
    LEAVES = "a list of plain values"
    LEAF_MAP = "a mapping of names to plain values"
    BLOCK = "a block"
    BLOCKS = "a list of blocks"
    BLOCK_MAP = "a mapping of names to blocks"
    CHOICES = "a list of blocks of several kinds"
    TEMPLATE = "a partial block"
    REFUSED = "refused"

    @property
    def is_list(self) -> bool:
        """Whether the field is a list."""
        return self in (Kind.LEAVES, Kind.BLOCKS, Kind.CHOICES)

    @property
    def is_map(self) -> bool:
        """Whether the field maps names of the author's choice."""
        return self in (Kind.LEAF_MAP, Kind.BLOCK_MAP)


class Slot(Struct, frozen=True):
    """One field of a shape."""

    name: str
    """In snake_case, as the attribute."""
    camel: str
    kind: Kind
    shape: type[Shape] | None = None
    """What each block is."""
    is_required: bool = False
    is_metadata: bool = False
    never_null: str | None = None
    """What to write instead of null; None where null means unset."""
    numbered: Numbered | None = None
    choice: Choice | None = None
    refusal: Refusal | None = None


class Plan(Struct, frozen=True):
    """The fields of a shape, ready for the walk."""

    slots: Mapping[str, Slot]
    """Implemented and refused ones, under both of their spellings."""
    required: tuple[Slot, ...]
    one_of: tuple[OneOf, ...]

    @property
    def names(self) -> tuple[Slot, ...]:
        """The implemented fields, each once, in the shape's order."""
        return tuple(slot for name, slot in self.slots.items() if name == slot.name and slot.refusal is None)


def camel(name: str) -> str:
    """Return the camelCase spelling, as protobuf's JSON has it."""
    head, *tail = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in tail)


@cache
def plan(shape: type[Shape]) -> Plan:
    """Return what the walk needs to know of a shape."""
    found: dict[str, Slot] = {}
    for name, field in shape.model_fields.items():
        if name not in _OWN:
            facts = _Facts()
            for mark in field.metadata:
                facts.note(mark)
            facts.look(field.annotation)
            found[name] = found[camel(name)] = Slot(
                name,
                camel(name),
                facts.kind,
                facts.shape,
                field.is_required(),
                field.exclude is True,
                facts.never_null,
                facts.numbered,
                facts.choice,
            )
    for name, refusal in shape.refused().items():
        found[name] = found[camel(name)] = Slot(name, camel(name), Kind.REFUSED, refusal=refusal)
    required = tuple(slot for name, slot in found.items() if slot.is_required and name == slot.name)
    return Plan(found, required, shape.one_of)


class _Facts:
    """What the annotation of one field says."""

    def __init__(self) -> None:
        self.kind = Kind.LEAF
        self.shape: type[Shape] | None = None
        self.never_null: str | None = None
        self.numbered: Numbered | None = None
        self.choice: Choice | None = None

    def note(self, mark: object) -> None:
        if isinstance(mark, NeverNull):
            self.never_null = mark.instead
        elif isinstance(mark, Numbered):
            self.numbered, self.never_null = mark, f"one of {', '.join(mark.names[1:])}"
        elif isinstance(mark, DurationMark):
            self.never_null = self.never_null or "seconds, such as 600s"
        elif isinstance(mark, Choice):
            self.choice, self.kind = mark, Kind.CHOICES

    def look(self, annotation: Any) -> None:
        origin = get_origin(annotation)
        if origin is Annotated:
            inner, *marks = get_args(annotation)
            for mark in marks:
                self.note(mark)
            self.look(inner)
        elif isinstance(annotation, type) and issubclass(annotation, Shape):
            self.shape = annotation
            self.kind = Kind.TEMPLATE if annotation is ReleaseChannelTemplate else Kind.BLOCK
        elif origin is tuple and self.choice is None:
            self._inside(get_args(annotation)[0], Kind.LEAVES, Kind.BLOCKS)
        elif origin is dict:
            self._inside(get_args(annotation)[1], Kind.LEAF_MAP, Kind.BLOCK_MAP)
        elif origin is Union or type(annotation).__name__ == "UnionType":
            for inner in get_args(annotation):
                self.look(inner)

    def _inside(self, inner: Any, leaves: Kind, blocks: Kind) -> None:
        facts = _Facts()
        facts.look(inner)
        self.shape, self.kind = facts.shape, blocks if facts.shape else leaves
