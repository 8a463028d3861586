"""Makes functions of the actions that print; most of a template's time is spent here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from delivery.gotemplate import nodes
from delivery.gotemplate.calls import Evaluate, Frame, no_value
from delivery.gotemplate.errors import Failure
from delivery.gotemplate.formatting import shown
from delivery.gotemplate.limits import Run
from delivery.gotemplate.literals import LARGEST_INT
from delivery.gotemplate.values import NOTHING, Value

_SMALLEST_INT = -LARGEST_INT - 1

Jump: TypeAlias = Literal["break", "continue"] | None
Write: TypeAlias = Callable[[str], object]
Step: TypeAlias = Callable[[Write, Value, Frame], Jump]


def printing(before: str, evaluate: Evaluate, pipe: nodes.Pipe) -> Step:
    """Return the step that writes a text, and the value of the action behind it."""
    match pipe.commands:
        case ((nodes.Field(names=names),),):
            return _field_printing(before, evaluate, pipe.offset, names)
        case ((nodes.Variable(slot=slot, names=(name,)),),):
            return _variable_printing(before, evaluate, pipe.offset, slot, name)
    offset = pipe.offset

    def print_value(write: Write, dot: Value, frame: Frame) -> None:
        write(before)
        value = evaluate(dot, frame)
        write(value if type(value) is str else _printed(value, frame[1], offset))

    return print_value


def _field_printing(before: str, evaluate: Evaluate, offset: int, names: tuple[str, ...]) -> Step:
    """Print a field of the dot: keys of maps without further ado, anything else the long way."""
    first, second = names[0], names[-1]

    def print_one(write: Write, dot: Value, frame: Frame) -> None:
        write(before)
        try:
            value = dot[first]
        except (LookupError, TypeError):
            value = evaluate(dot, frame)
        write(value if type(value) is str else _printed(value, frame[1], offset))

    def print_two(write: Write, dot: Value, frame: Frame) -> None:
        write(before)
        try:
            value = dot[first][second]
        except (LookupError, TypeError):
            value = evaluate(dot, frame)
        write(value if type(value) is str else _printed(value, frame[1], offset))

    def print_many(write: Write, dot: Value, frame: Frame) -> None:
        write(before)
        value = dot
        try:
            for name in names:
                value = value[name]
        except (LookupError, TypeError):
            value = evaluate(dot, frame)
        write(value if type(value) is str else _printed(value, frame[1], offset))

    return print_one if len(names) == 1 else print_two if len(names) == 2 else print_many


def _variable_printing(before: str, evaluate: Evaluate, offset: int, slot: int, name: str) -> Step:
    def print_field(write: Write, dot: Value, frame: Frame) -> None:
        write(before)
        try:
            value = frame[slot][name]
        except (LookupError, TypeError):
            value = evaluate(dot, frame)
        write(value if type(value) is str else _printed(value, frame[1], offset))

    return print_field


def _printed(value: Value, run: Run, offset: int) -> str:
    if type(value) is int and _SMALLEST_INT <= value <= LARGEST_INT:
        return str(value)
    try:
        if value is None or value is NOTHING:
            if run.is_strict:
                raise no_value()
            return "<no value>"
        return run.make(shown(value))
    except Failure as wrong:
        raise wrong.at(offset) from None
