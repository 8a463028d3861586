"""Makes functions of pipelines: each takes the dot and the frame, and returns the pipeline's value.

Whatever may fail is left for the moment it runs, as in Go: an argument too many in a branch not taken is no error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from delivery.gotemplate import nodes
from delivery.gotemplate.calls import Evaluate, Frame, call, refusal
from delivery.gotemplate.errors import Failure
from delivery.gotemplate.functions import Function, field, index
from delivery.gotemplate.literals import LARGEST_INT
from delivery.gotemplate.values import NOTHING, Value

UNSET: Final = object()
"""What a variable's slot holds before its declaration ran."""


class Evaluations:
    """Compiles the pipelines of one template."""

    def __init__(self, functions: Mapping[str, Function], outer: tuple[int, ...]) -> None:
        self.functions, self.outer = functions, outer

    def pipeline(self, pipe: nodes.Pipe) -> Evaluate:
        """Return the evaluation of a whole pipeline, which also sets its variables."""
        first = self._command(pipe.commands[0], has_final=False)
        if len(pipe.commands) > 1:
            first = _piped(first, [self._command(command, has_final=True) for command in pipe.commands[1:]])
        if not pipe.targets:
            return first
        store = self.storing(pipe)

        def set_variables(dot: Value, frame: Frame) -> Value:
            value = first(dot, frame)
            if value is None:
                value = NOTHING
            for at in range(len(pipe.targets)):
                store(frame, at, value)
            return value

        return set_variables

    def settled(self, pipe: nodes.Pipe) -> Evaluate:
        """Return a pipeline's evaluation for where its value becomes the dot: nil is then no nil of any type."""
        evaluate = self.pipeline(pipe)

        def settle(dot: Value, frame: Frame) -> Value:
            value = evaluate(dot, frame)
            return NOTHING if value is None else value

        return settle

    def storing(self, pipe: nodes.Pipe) -> Evaluate:
        """Return a function of frame, position and value that sets one of the pipeline's variables."""
        targets, outer = pipe.targets, self.outer

        def declare(frame: Frame, at: int, value: Value) -> None:
            frame[targets[at]] = value

        def assign(frame: Frame, at: int, value: Value) -> None:
            frame[_live_slot(frame, targets[at], outer, pipe.offset)] = value

        return assign if pipe.assigns else declare

    def call(self, word: nodes.Word, arguments: list[Evaluate], *, has_final: bool) -> Evaluate:
        """Return the evaluation of a function call."""
        return call(self.functions[word.name], word.name, word.offset, arguments, has_final=has_final)

    def _command(self, operands: tuple[nodes.Operand, ...], *, has_final: bool) -> Evaluate:
        head = operands[0]
        if isinstance(head, nodes.Word):
            arguments = [self._argument(operand) for operand in operands[1:]]
            if head.name == "slice":
                arguments[1:] = map(_bound, operands[2:], arguments[1:])
            return self.call(head, arguments, has_final=has_final)
        if len(operands) == 1 and not has_final:
            if isinstance(head, nodes.Nil):
                return refusal("nil is not a command", "nil can only be an argument, as in eq .x nil", head.offset)
            return self._argument(head)
        if isinstance(head, (nodes.Field, nodes.Chain, nodes.Variable)) and head.names:
            return self._misused_field(head)
        what = f"can't give argument to non-function {_shown(head)}"
        return refusal(what, "only functions take arguments", head.offset)

    def _misused_field(self, node: nodes.Field | nodes.Chain | nodes.Variable) -> Evaluate:
        """Return the evaluation of a field that is given arguments, as only a method may; nothing here has methods."""
        names, last, offset = node.names[:-1], node.names[-1], node.offset
        match node:
            case nodes.Field():
                base = _fields(_dot, names, offset)
            case nodes.Variable():
                base = _fields(self._variable(node), names, offset)
            case nodes.Chain():
                base = _fields(self._argument(node.base), names, offset)

        def misuse(dot: Value, frame: Frame, *_final: Value) -> Value:
            value = base(dot, frame)
            if isinstance(value, dict):
                raise Failure(f"{last} is not a method but has arguments", "only functions take arguments", offset)
            try:
                found = field(value, last, frame[1].missing, is_strict=frame[1].is_strict)
            except Failure as wrong:
                raise wrong.at(offset) from None
            if found is not NOTHING:
                what = f"{last} has arguments but cannot be invoked as function"
                raise Failure(what, "only functions take arguments", offset)
            return found

        return misuse

    def _argument(self, node: nodes.Operand) -> Evaluate:
        match node:
            case nodes.Field():
                return _fields(_dot, node.names, node.offset)
            case nodes.Literal():
                return _constant(node)
            case nodes.Variable():
                return _fields(self._variable(node), node.names, node.offset)
            case nodes.Dot():
                return _dot
            case nodes.Nil():
                return _nil
            case nodes.Word():
                return self.call(node, [], has_final=False)
            case nodes.Pipe():
                return self.settled(node)
            case nodes.Chain():
                return _fields(self._argument(node.base), node.names, node.offset)
            case nodes.Subscript():
                key = _constant(nodes.Literal(node.offset, node.key, node.key))
                arguments = [self._argument(node.base), key]
                return call(Function(index, ("any", "any")), "index", node.offset, arguments, has_final=False)

    def _variable(self, node: nodes.Variable) -> Evaluate:
        slot, outer, offset = node.slot, self.outer, node.offset

        def read(_dot: Value, frame: Frame) -> Value:
            value = frame[slot]
            return frame[_live_slot(frame, slot, outer, offset)] if value is UNSET else value

        return read


def _bound(node: nodes.Operand, evaluate: Evaluate) -> Evaluate:
    """Refuse a field as a bound of `slice`, as Go does: it sees the type of the map's values there, not the integer's.

    Go would refuse the elements of a `range` as well; those are taken here.
    """
    if isinstance(node, (nodes.Field, nodes.Chain)) or (isinstance(node, nodes.Variable) and node.names):
        what = "error calling slice: cannot index slice/array with type interface {}"
        return refusal(what, "write the field in parentheses: {{slice .text 0 (.length)}}", node.offset)
    return evaluate


def _live_slot(frame: Frame, slot: int, outer: tuple[int, ...], offset: int) -> int:
    """Return the slot of the innermost variable of a name whose declaration ran."""
    while frame[slot] is UNSET:
        slot = outer[slot]
        if slot < 0:
            raise Failure("undefined variable", "declare it first, with :=", offset)
    return slot


def _dot(dot: Value, _frame: Frame) -> Value:
    return dot


def _nil(_dot: Value, _frame: Frame) -> Value:
    return None


def _constant(node: nodes.Literal) -> Evaluate:
    value = node.value
    if type(value) is int and value > LARGEST_INT:
        return refusal(f"{node.shown} overflows int", "integers have 64 bits, one of them for the sign", node.offset)

    def constant(_dot: Value, _frame: Frame) -> Value:
        return value

    return constant


def _piped(first: Evaluate, stages: list[Evaluate]) -> Evaluate:
    def pass_on(dot: Value, frame: Frame) -> Value:
        value = first(dot, frame)
        for stage in stages:
            value = stage(dot, frame, value)
        return value

    return pass_on


def _fields(base: Evaluate, names: tuple[str, ...], offset: int) -> Evaluate:
    """Return the look-up of fields, one in the other; the usual case of maps in maps is tried first."""
    if not names:
        return base
    first, last = names[0], names[-1]

    def carefully(value: Value, frame: Frame) -> Value:
        run = frame[1]
        try:
            for name in names:
                value = field(value, name, run.missing, is_strict=run.is_strict)
        except Failure as wrong:
            raise wrong.at(offset) from None
        return value

    def one_of_dot(dot: Value, frame: Frame) -> Value:
        try:
            return dot[first]
        except (LookupError, TypeError):
            return carefully(dot, frame)

    def two_of_dot(dot: Value, frame: Frame) -> Value:
        try:
            return dot[first][last]
        except (LookupError, TypeError):
            return carefully(dot, frame)

    def many_of_dot(dot: Value, frame: Frame) -> Value:
        value = dot
        try:
            for name in names:
                value = value[name]
        except (LookupError, TypeError):
            return carefully(dot, frame)
        return value

    def any_of_any(dot: Value, frame: Frame) -> Value:
        start = value = base(dot, frame)
        try:
            for name in names:
                value = value[name]
        except (LookupError, TypeError):
            return carefully(start, frame)
        return value

    if base is not _dot:
        return any_of_any
    return one_of_dot if len(names) == 1 else two_of_dot if len(names) == 2 else many_of_dot


def _shown(node: nodes.Operand) -> str:
    match node:
        case nodes.Literal():
            return node.shown
        case nodes.Variable():
            return node.name
        case nodes.Dot():
            return "."
        case nodes.Nil():
            return "nil"
    return "here"
