"""What every block of YAML has in common: closed, frozen, and it knows where it was written."""

import json
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from functools import partial
from types import ModuleType
from typing import Annotated, Any, ClassVar

from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetPydanticSchema
from pydantic_core import core_schema

from delivery.problems import Spot
from delivery.shapes.refused import REFUSED, Refusal

# pydantic would look for plugins among all packages that are installed: nobody has any for these shapes, and the looking
# takes as long as making all of their validators
_loader = ModuleType("pydantic.plugin._loader")
setattr(_loader, "get_plugins", tuple)  # noqa: B010 - a module knows no such name
sys.modules.setdefault(_loader.__name__, _loader)

METADATA = Field(exclude=True)
"""Marks a field that is read strictly and kept, but changes nothing that is deployed: dumps leave it out."""


class OfEnvironment(Struct, frozen=True):
    """Marks a setting of a runtime or registry in which environments differ by nature: no other stack can prove it."""


OF_ENVIRONMENT = OfEnvironment()


PLACED = GetPydanticSchema(lambda *_: core_schema.any_schema())
"""Marks what the reader itself puts into a shape: nobody types it, so no time goes into a validator of its type."""


_is_inside = ContextVar("whether the validator of a shape is being made", default=False)


class Shape(BaseModel):
    """A block of YAML: unknown keys are refused, and nothing changes after reading.

    Attribute names are those of the format's messages, in snake_case. Fields without a default are required. A shape inside
    another one gets its validator when the first such block is read, and most trees have few kinds of them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True, protected_namespaces=())

    one_of: ClassVar[tuple["OneOf", ...]] = ()
    """Sets of fields of which exactly one, or at most one, may be there."""

    at: Annotated[Spot, PLACED, Field(exclude=True, repr=False)] = Spot("<made>")
    """Where the block begins."""
    places: Annotated[Mapping[str, tuple[int, int]], PLACED, Field(exclude=True, repr=False)] = {}
    """Line and column of each value, by field; inside plain maps and lists by `field.key` and `field.0`."""

    def spot(self, path: str) -> Spot:
        """Return the place of a field's value, or of a value inside it (`parameters.image`, `paths.0`); else the block's."""
        found = self.places.get(path)
        return Spot(self.at.file, *found) if found else self.at

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[BaseModel], handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        if _is_inside.get():
            return core_schema.with_info_plain_validator_function(partial(_validated, cls))
        before = _is_inside.set(True)
        try:
            return handler(source)
        finally:
            _is_inside.reset(before)

    @classmethod
    def refused(cls) -> Mapping[str, Refusal]:
        """Return the fields that the format knows and this program refuses, with the reasons."""
        return REFUSED.get(cls.__name__, {})


def _validated(shape: type[Shape], block: Any, info: core_schema.ValidationInfo) -> Shape:
    if isinstance(block, shape):
        return block
    # JSON has no tuples, which strict validators want wherever the input is not JSON
    return shape.model_validate_json(json.dumps(block)) if info.mode == "json" else shape.model_validate(block)


class OneOf(Struct, frozen=True):
    """A set of fields that exclude one another."""

    fields: tuple[str, ...]
    needed: bool = True
    """Whether one of them has to be there."""
    why: str = ""
    """What a person is told where none is there, beside the names."""
    fix: str = "add one of them"


class Choice(Struct, frozen=True):
    """Marks a field whose blocks are of several kinds, told apart by one key."""

    key: str
    table: Mapping[str, type[Shape]]


class NeverNull(Struct, frozen=True):
    """Marks a field whose null would take a gate away without a word."""

    instead: str
    """What to write."""


class Numbered(Struct, frozen=True):
    """The names of an enum in the order of their numbers; the first one, number 0, means unset."""

    names: tuple[str, ...]


def enum(unset: str, *names: str) -> Numbered:
    """Return the numbering of an enum whose zero value is `unset`."""
    return Numbered((unset, *names))
