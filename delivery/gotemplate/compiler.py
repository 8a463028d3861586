"""Makes functions of blocks: each takes where to write, the dot and the frame, and writes what it stands for.

Such a function returns None, or which jump ended it, for the loop around it to obey.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field

from delivery.gotemplate import nodes
from delivery.gotemplate.calls import Evaluate, Frame, call
from delivery.gotemplate.errors import Failure
from delivery.gotemplate.evaluation import UNSET, Evaluations
from delivery.gotemplate.formatting import shown
from delivery.gotemplate.functions import Function
from delivery.gotemplate.limits import DEEPEST_TEMPLATE, Run
from delivery.gotemplate.output import Jump, Step, Write, printing
from delivery.gotemplate.values import NOTHING, Byte, Value, concatenated, native, sorted_items


class Routine(Struct):
    """One template, ready to run."""

    room: Frame
    """An empty frame, to be copied."""
    weight: int
    """The steps it takes when it runs once."""
    steps: list[Step] = field(default_factory=list)

    def run(self, write: Write, dot: Value, run: Run) -> None:
        """Write the template for a value, which is both its dot and its `$`."""
        frame = self.room.copy()
        frame[0], frame[1] = dot, run
        for step in self.steps:
            step(write, dot, frame)


def compiled(source: nodes.Source, functions: Mapping[str, Function]) -> Routine:
    """Return the routine of a source's main template."""
    routines: dict[str, Routine] = {}
    definitions = [(name, definition) for name, definition in source.defined.items()]
    for name, definition in definitions:
        routines[name] = _routine(definition)
    main = _routine(source.main)
    for definition, routine in [(source.main, main), *((each, routines[name]) for name, each in definitions)]:
        routine.steps = _Compiler(functions, definition.outer, routines).block(definition.body)
    return main


def _routine(definition: nodes.Definition) -> Routine:
    return Routine([UNSET] * len(definition.outer), _weight(definition.body))


def _weight(block: nodes.Block) -> int:
    """Return the steps of running a block once; a loop counts its own when it runs."""
    weight = 1 + len(block)
    for node in block:
        if isinstance(node, nodes.Branch) and node.kind != "range":
            weight += sum(_weight(body) for _, body in node.arms) + _weight(node.otherwise)
    return weight


class _Compiler(Evaluations):
    """Compiles the blocks of one template."""

    def __init__(self, functions: Mapping[str, Function], outer: tuple[int, ...], routines: Mapping[str, Routine]) -> None:
        super().__init__(functions, outer)
        self.routines = routines

    def block(self, block: nodes.Block) -> list[Step]:
        steps: list[Step] = []
        before: list[str] = []
        for node in block:
            if isinstance(node, nodes.Text):
                before.append(node.text)
                continue
            text = "".join(before)
            before.clear()
            if isinstance(node, nodes.Action) and not node.pipe.targets:
                steps.append(printing(text, self.pipeline(node.pipe), node.pipe))
                continue
            if text:
                steps.append(_writing(text))
            steps.append(self._silent(node))
        if before:
            steps.append(_writing("".join(before)))
        return steps

    def _silent(self, node: nodes.Node) -> Step:
        match node:
            case nodes.Action():
                return _evaluating(self.pipeline(node.pipe))
            case nodes.Branch():
                if node.kind == "range":
                    return self._loop(node)
                return self._choice(node)
            case nodes.Include():
                return self._include(node)
            case nodes.Jump():
                return _jumping(node.kind)
            case nodes.Text():
                return _writing(node.text)

    def _choice(self, node: nodes.Branch) -> Step:
        takes_dot = node.kind == "with"
        make = self.settled if takes_dot else self.pipeline
        arms = [(make(pipe), self.block(body)) for pipe, body in node.arms]
        otherwise = self.block(node.otherwise)
        condition, chosen = arms[0]

        def choose_of_two(write: Write, dot: Value, frame: Frame) -> Jump:
            for step in chosen if condition(dot, frame) else otherwise:
                jump = step(write, dot, frame)
                if jump:
                    return jump
            return None

        def choose_of_many(write: Write, dot: Value, frame: Frame) -> Jump:
            body = otherwise
            for test, steps in arms:
                value = test(dot, frame)
                if value:
                    body = steps
                    dot = value if takes_dot else dot
                    break
            for step in body:
                jump = step(write, dot, frame)
                if jump:
                    return jump
            return None

        return choose_of_many if takes_dot or len(arms) > 1 else choose_of_two

    def _include(self, node: nodes.Include) -> Step:
        routines, name, offset = self.routines, node.name, node.offset
        evaluate = self.settled(node.pipe) if node.pipe else _nothing

        def include(write: Write, dot: Value, frame: Frame) -> Jump:
            run = frame[1]
            routine = _enter(routines, name, run, offset)
            value = evaluate(dot, frame)
            # the routine's own loop, again: a call less for each level of Python's stack
            inner = routine.room.copy()
            inner[0], inner[1] = value, run
            for step in routine.steps:
                step(write, value, inner)
            run.depth -= 1
            return None

        return include

    def call(self, word: nodes.Word, arguments: list[Evaluate], *, has_final: bool) -> Evaluate:
        """Return the evaluation of a call; `include` needs the templates, which other functions know nothing of."""
        if word.name != "include":
            return super().call(word, arguments, has_final=has_final)

        def include(name: str, value: Value) -> list[Value]:
            return [name, NOTHING if value is None else value]

        evaluate = call(Function(include, ("string", "any")), word.name, word.offset, arguments, has_final=has_final)
        routines, offset = self.routines, word.offset

        def include_as_text(dot: Value, frame: Frame, *final: Value) -> Value:
            (name, value), run = evaluate(dot, frame, *final), frame[1]
            out: list[str] = []
            _enter(routines, name, run, offset).run(out.append, value, run)
            run.depth -= 1
            return run.make(concatenated(out))

        return include_as_text

    def _loop(self, node: nodes.Branch) -> Step:
        (pipe, inner), offset = node.arms[0], node.arms[0][0].offset
        evaluate, body, otherwise = self.settled(pipe), self.block(inner), self.block(node.otherwise)
        weight, count, assigns, store = _weight(inner), len(pipe.targets), pipe.assigns, self.storing(pipe)
        key_slot, item_slot = (pipe.targets[0], pipe.targets[-1]) if count else (-1, -1)

        def loop(write: Write, dot: Value, frame: Frame) -> Jump:
            value = evaluate(dot, frame)
            try:
                entries = _entries(value, count, frame[1], weight, offset)
            except Failure as wrong:
                raise wrong.at(offset) from None
            for key, item in entries:
                if assigns:
                    store(frame, count - 1, item)
                    if count > 1:
                        store(frame, 0, key)
                elif count:
                    # the item last: where there is one variable, both slots are the same
                    frame[key_slot] = key
                    frame[item_slot] = item
                for step in body:
                    jump = step(write, item, frame)
                    if jump:
                        break
                else:
                    continue
                if jump == "break":
                    break
            if value if type(value) is not int else value > 0:
                return None
            for step in otherwise:
                jump = step(write, dot, frame)
                if jump:
                    # as in Go: a break in the else belongs to this loop, a continue to the one around it
                    return jump if jump == "continue" else None
            return None

        return loop


def _enter(routines: Mapping[str, Routine], name: str, run: Run, offset: int) -> Routine:
    """Return the template of a name, to be run now; the caller takes one from the depth afterwards."""
    routine = routines.get(name)
    if routine is None:
        defined = ", ".join(sorted(routines)) or "none"
        raise Failure(f'template "{name}" not defined', f"defined here: {defined}", offset)
    if run.depth >= DEEPEST_TEMPLATE:
        what = f"exceeded maximum template depth ({DEEPEST_TEMPLATE})"
        raise Failure(what, "templates that include one another must come to an end", offset)
    run.spend(routine.weight, offset)
    run.depth += 1
    return routine


def _entries(value: Value, variables: int, run: Run, weight: int, offset: int) -> Iterable[tuple[Value, Value]]:
    """Return keys and items of what a loop runs over, and count the steps to come."""
    if isinstance(value, (list, tuple)):
        run.spend(len(value) * weight, offset)
        return enumerate(value)
    if isinstance(value, dict):
        run.spend(len(value) * weight, offset)
        return sorted_items(value)
    if value is NOTHING:
        return ()
    value = native(value)
    kind = type(value)
    if kind is int or kind is Byte:
        if variables > 1:
            what = f"can't use {value} to iterate over more than one variable"
            raise Failure(what, "take one variable: {{range $i := …}}")
        return _counted(kind, value, run, weight, offset)
    raise Failure(f"range can't iterate over {shown(value)}", "range works on lists, maps and integers")


def _counted(kind: type[int], end: int, run: Run, weight: int, offset: int) -> Iterator[tuple[Value, Value]]:
    """Count from 0; steps are counted on the way, since a break may end even a very long loop soon."""
    for number in range(end):
        run.spend(weight, offset)
        yield NOTHING, kind(number)


def _nothing(_dot: Value, _frame: Frame) -> Value:
    return NOTHING


def _writing(text: str) -> Step:
    def write_text(write: Write, _dot: Value, _frame: Frame) -> None:
        write(text)

    return write_text


def _evaluating(evaluate: Evaluate) -> Step:
    def set_variable(_write: Write, dot: Value, frame: Frame) -> None:
        evaluate(dot, frame)

    return set_variable


def _jumping(kind: Jump) -> Step:
    def jump(_write: Write, _dot: Value, _frame: Frame) -> Jump:
        return kind

    return jump
