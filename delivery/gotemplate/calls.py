"""Function calls in pipelines: arguments counted and checked, results counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn, TypeAlias

from delivery.gotemplate.errors import Failure
from delivery.gotemplate.functions import Function, Kind
from delivery.gotemplate.values import NOTHING, Image, Value, native, type_name

Frame: TypeAlias = list[Value]
"""One template's memory while it runs: the value of `$`, the `Run`, then its variables."""
Evaluate: TypeAlias = Callable[..., Value]
"""Takes the dot, the frame and, where it is a later stage of a pipeline, the value of the stage before."""


def call(function: Function, name: str, offset: int, arguments: list[Evaluate], *, has_final: bool) -> Evaluate:
    """Return the evaluation of a call; with a final value, that is its last argument.

    Wrong counts are errors only when the call runs, as in Go.
    """
    given, fixed = len(arguments) + has_final, len(function.kinds)
    if given < fixed or (given > fixed and function.rest is None):
        least = "at least " if function.rest is not None else ""
        takes = f"{name} takes {least}{fixed} argument{'s' if fixed != 1 else ''}"
        return refusal(f"wrong number of args for {name}: want {least}{fixed} got {given}", takes, offset)
    if name in {"and", "or"}:
        return _short_circuit(arguments, stops_at=name == "or")
    kinds = [function.kinds[at] if at < fixed else function.rest or "any" for at in range(given)]
    checks = [(at, kind) for at, kind in enumerate(kinds) if kind != "any"]
    if checks or function.makes_text or len(arguments) not in {1, 2} or has_final:
        return _any_call(function, name, offset, arguments, checks)
    return _quick_call(function.call, name, offset, arguments)


def refusal(what: str, fix: str, offset: int) -> Evaluate:
    """Return an evaluation that fails."""

    def refuse(_dot: Value, _frame: Frame, *_final: Value) -> NoReturn:
        raise Failure(what, fix, offset)

    return refuse


def _short_circuit(arguments: list[Evaluate], *, stops_at: bool) -> Evaluate:
    def choose(dot: Value, frame: Frame, *final: Value) -> Value:
        value = NOTHING
        for argument in arguments:
            value = argument(dot, frame)
            if bool(value) is stops_at:
                return value
        return final[0] if final else value

    return choose


def _quick_call(function: Callable[..., Value], name: str, offset: int, arguments: list[Evaluate]) -> Evaluate:
    first, second = arguments[0], arguments[-1]

    def call_with_one(dot: Value, frame: Frame) -> Value:
        value = first(dot, frame)
        try:
            return function(value)
        except Failure as wrong:
            raise _blamed(wrong, name, offset) from None

    def call_with_two(dot: Value, frame: Frame) -> Value:
        left, right = first(dot, frame), second(dot, frame)
        try:
            return function(left, right)
        except Failure as wrong:
            raise _blamed(wrong, name, offset) from None

    def compare_two(dot: Value, frame: Frame) -> Value:
        left, right = first(dot, frame), second(dot, frame)
        if type(left) is str and type(right) is str:
            return left == right
        try:
            return function(left, right)
        except Failure as wrong:
            raise _blamed(wrong, name, offset) from None

    if len(arguments) == 1:
        return call_with_one
    return compare_two if name == "eq" else call_with_two


def _any_call(
    function: Function, name: str, offset: int, arguments: list[Evaluate], checks: Sequence[tuple[int, Kind]]
) -> Evaluate:
    action, prints, is_lenient = function.call, function.prints, function.is_lenient

    def call_with_any(dot: Value, frame: Frame, *final: Value) -> Value:
        values = [argument(dot, frame) for argument in arguments]
        values += final
        run = frame[1]
        try:
            for at, kind in checks:
                if kind != "string" or type(values[at]) is not str:
                    values[at] = _checked(values[at], kind, is_lenient=is_lenient)
            if prints and run.is_strict and (None in values or NOTHING in values):
                raise no_value()
            result = action(*values)
            if type(result) is not str:
                return result
            if not run.allows_complaints:
                _refuse_complaints(result, values)
            return run.make(result)
        except Failure as wrong:
            raise _blamed(wrong, name, offset) from None

    return call_with_any


def _blamed(wrong: Failure, name: str, offset: int) -> Failure:
    if wrong.offset < 0:
        wrong.what, wrong.offset = f"error calling {name}: {wrong.what}", offset
    return wrong


def _refuse_complaints(text: str, values: list[Value]) -> None:
    """Refuse text in which a function says that it could not print a value, unless a value brought those very words."""
    for sign in ("%!", "<nil>"):
        if sign in text and not any(isinstance(value, str) and sign in value for value in values):
            at = text.index(sign)
            raise Failure(
                f"what it would print is no text: {text[at : at + 60]}",
                "give it a value, and each verb of printf one of its kind",
            )


def no_value() -> Failure:
    """Return the error for printing what is not there, which Go would print as `<no value>`."""
    return Failure("there is no value to print", 'give it one, or write {{with …}}, or {{or … "instead"}}')


def _checked(value: Value, kind: Kind, *, is_lenient: bool) -> Value:
    """Return an argument of the asked type; an exact whole float passes for an integer only as a literal."""
    value = native(value)
    if kind == "string":
        if isinstance(value, str):
            return value
        if is_lenient and isinstance(value, Image):
            return value.reference
    elif (isinstance(value, int) and not isinstance(value, bool)) or (
        is_lenient and isinstance(value, float) and value.is_integer()
    ):
        return int(value)
    if value is None or value is NOTHING:
        raise Failure(f"invalid value; expected {kind}", "there is no value here")
    raise Failure(f"wrong type for value; expected {kind}; got {type_name(value)}", f"give it a {kind}")
