"""What a template's source says, as a tree. Offsets count characters from the start of the source."""

from __future__ import annotations

from typing import Literal as OneOf
from typing import TypeAlias

from msgspec import Struct

from delivery.gotemplate.values import Value


class Dot(Struct, frozen=True):
    """`.`, the value at hand."""

    offset: int


class Nil(Struct, frozen=True):
    """`nil`, allowed only as an argument."""

    offset: int


class Literal(Struct, frozen=True):
    """A string, number or boolean; an integer above int64 is an error only where it is used."""

    offset: int
    value: Value
    shown: str


class Field(Struct, frozen=True):
    """`.Params.image`, looked up in the value at hand."""

    offset: int
    names: tuple[str, ...]


class Variable(Struct, frozen=True):
    """`$x` or `$x.name`; `scopes` says what slots are."""

    offset: int
    name: str
    slot: int
    names: tuple[str, ...]


class Word(Struct, frozen=True):
    """The name of a function."""

    offset: int
    name: str


class Chain(Struct, frozen=True):
    """`(…).name`, fields of whatever comes before them."""

    offset: int
    base: Operand
    names: tuple[str, ...]


class Subscript(Struct, frozen=True):
    """`.Labels["a-b"]`, the one thing here that Go does not have; it means `index .Labels "a-b"`."""

    offset: int
    base: Operand
    key: str


class Pipe(Struct, frozen=True):
    """`$x := a | b`: commands, each one's result the last argument of the next."""

    offset: int
    commands: tuple[tuple[Operand, ...], ...]
    targets: tuple[int, ...] = ()
    """The slots of the variables that take the result; `range` may have two."""
    assigns: bool = False
    """Written with `=`: the variables must exist when this runs."""


Operand: TypeAlias = Dot | Nil | Literal | Field | Variable | Word | Chain | Subscript | Pipe


class Text(Struct, frozen=True):
    """What is written outside of actions, already trimmed."""

    text: str


class Action(Struct, frozen=True):
    """`{{pipeline}}`, printed unless it sets a variable."""

    pipe: Pipe


class Branch(Struct, frozen=True):
    """`if` and `with`, their `else if` and `else with`, and `else`; `range` has one arm."""

    kind: OneOf["if", "with", "range"]
    arms: tuple[tuple[Pipe, Block], ...]
    otherwise: Block


class Jump(Struct, frozen=True):
    """`break` or `continue`."""

    kind: OneOf["break", "continue"]


class Include(Struct, frozen=True):
    """`{{template "name" pipeline}}`."""

    offset: int
    name: str
    pipe: Pipe | None


Node: TypeAlias = Text | Action | Branch | Jump | Include
Block: TypeAlias = tuple[Node, ...]


class Definition(Struct, frozen=True):
    """One template: what it says, and how many variables it has room for."""

    body: Block
    outer: tuple[int, ...]
    """For each slot, the slot of the variable of the same name that it hides, or -1. Its length is the room."""


class Source(Struct, frozen=True):
    """A parsed source: the template itself and those it defines."""

    main: Definition
    defined: dict[str, Definition]
