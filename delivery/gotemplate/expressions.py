"""Parses pipelines: commands, operands and the variables they set."""

from __future__ import annotations

from collections.abc import Collection
from typing import NoReturn

from delivery.gotemplate import nodes
from delivery.gotemplate.errors import Failure, known_names
from delivery.gotemplate.lexer import Token
from delivery.gotemplate.literals import character, number, unquoted
from delivery.gotemplate.scopes import Scope

DEEPEST_NESTING = 120
"""Blocks and parentheses within one another. Go allows more; Python's stack would not."""

OPERAND_FIX = 'allowed here: .field, $variable, "text", a number, a function, or a pipeline in parentheses'
END_FIX = "close every if, with, range, define and block with {{end}}"
_OPERANDS = frozenset(
    ("bool", "character", "dot", "field", "word", "number", "nil", "raw", "string", "variable", "("),
)


class Cursor:
    """Where the parsers of a source and of its inner templates read on."""

    __slots__ = ("all", "next")

    def __init__(self, found: list[Token]) -> None:
        self.all, self.next = found, 0


def unexpected(token: Token, context: str) -> NoReturn:
    """Raise what Go says about a token that does not belong here."""
    if token.kind == "error":
        raise Failure(token.text, _lexical_fix(token.text), token.offset)
    if token.kind == "end of text":
        raise Failure("unexpected EOF", END_FIX, token.offset)
    shown = f"{{{{{token.text}}}}}" if token.kind in {"end", "else"} else f'"{token.text}"'
    fix = END_FIX if token.kind in {"end", "else"} else OPERAND_FIX
    raise Failure(f"unexpected {shown} in {context}", fix, token.offset)


def _lexical_fix(what: str) -> str:
    if what.startswith("bad character U+002D"):
        return 'a name with a hyphen is read with index: {{index .Params "my-name"}}'
    if what.startswith("bad character U+007D"):
        return "close the action with }}"
    if what.startswith("bad character"):
        return "names are made of letters, digits and underscores"
    if "comment" in what:
        return "a comment is {{/* … */}}, with nothing but a trim marker between its ends and the braces"
    return "close what was opened before the action's }}" if "un" in what else OPERAND_FIX


class Expressions:
    """Reads what stands inside of one template's actions."""

    def __init__(self, cursor: Cursor, functions: Collection[str], depth: int) -> None:
        self.cursor, self.functions, self.depth = cursor, functions, depth
        self.scope = Scope()
        self._pending: list[str] = []

    def peek(self) -> Token:
        """Return the next token."""
        return self.cursor.all[self.cursor.next]

    def take(self) -> Token:
        """Return the next token, and go on behind it."""
        cursor = self.cursor
        token = cursor.all[cursor.next]
        # never past the end: the last token is taken only to complain about it, or to stop
        cursor.next += 1
        return token

    def expect(self, kind: str, context: str) -> Token:
        """Take a token of a kind; raise a Failure at any other."""
        token = self.take()
        if token.kind != kind:
            unexpected(token, context)
        return token

    def deepen(self, offset: int) -> None:
        """Enter a block or parenthesis; raise a Failure where there are too many."""
        self.depth += 1
        if self.depth > DEEPEST_NESTING:
            raise Failure("max expression depth exceeded", f"nest at most {DEEPEST_NESTING} blocks and parentheses", offset)

    def pipeline(self, context: str, end: str) -> nodes.Pipe:
        """Read a pipeline and the sign that ends it, `}}` or `)`. Raises a Failure where it is none."""
        offset = self.peek().offset
        names, assigns = self._declarations(context)
        self._pending += names
        commands: list[tuple[nodes.Operand, ...]] = []
        while True:
            token = self.peek()
            if token.kind == end:
                self.take()
                break
            if token.kind not in _OPERANDS:
                unexpected(self.take(), context)
            commands.append(self._command())
        if not commands:
            raise Failure(f"missing value for {context}", OPERAND_FIX, token.offset)
        for stage, command in enumerate(commands[1:], 2):
            if isinstance(command[0], (nodes.Dot, nodes.Nil, nodes.Literal)):
                what = f"non executable command in pipeline stage {stage}"
                raise Failure(what, "after | comes a function", command[0].offset)
        if not names:
            return nodes.Pipe(offset, tuple(commands))
        # only now: in {{$x := $x}} the right one is the outer one
        del self._pending[-len(names) :]
        slots = tuple(map(self.scope.assigned if assigns else self.scope.declare, names))
        return nodes.Pipe(offset, tuple(commands), slots, assigns)

    def _declarations(self, context: str) -> tuple[list[str], bool]:
        """Read `$x :=`, `$x =` or `$i, $x :=`, where there is one; return the names, and whether they must exist."""
        names: list[str] = []
        while (variable := self.peek()).kind == "variable":
            following = self.cursor.all[self.cursor.next + 1]
            if following.kind not in {":=", "=", ","}:
                break
            self.take()
            self.take()
            names.append(variable.text)
            if following.kind != ",":
                return names, following.kind == "="
            if context != "range" or len(names) > 1:
                raise Failure(f"too many declarations in {context}", "only range sets two variables", variable.offset)
            if self.peek().kind not in {"variable", "}}", ")"}:
                raise Failure("range can only initialize variables", "write {{range $i, $x := …}}", variable.offset)
        return names, False

    def _command(self) -> tuple[nodes.Operand, ...]:
        operands: list[nodes.Operand] = []
        while True:
            operand = self._operand()
            if operand is not None:
                operands.append(operand)
            token = self.peek()
            if operand is not None and token.spaced and token.kind in _OPERANDS:
                continue
            if token.kind == "|":
                self.take()
            elif token.kind not in {"}}", ")"}:
                unexpected(self.take(), "operand")
            break
        if not operands:
            raise Failure("empty command", OPERAND_FIX, token.offset)
        return tuple(operands)

    def _operand(self) -> nodes.Operand | None:
        node = self._term()
        if node is None:
            return None
        while (token := self.peek()).kind in {"field", "subscript"} and not token.spaced:
            if isinstance(node, (nodes.Literal, nodes.Nil, nodes.Dot)):
                shown = node.shown if isinstance(node, nodes.Literal) else "nil" if isinstance(node, nodes.Nil) else "."
                raise Failure(f'unexpected . after term "{shown}"', OPERAND_FIX, token.offset)
            if token.kind == "subscript":
                self.take()
                node = nodes.Subscript(token.offset, node, unquoted(token.text[1:-1]))
                continue
            names = []
            while (token := self.peek()).kind == "field" and not token.spaced:
                names.append(self.take().text[1:])
            node = _with_fields(node, tuple(names))
        return node

    def _term(self) -> nodes.Operand | None:
        token = self.peek()
        if token.kind not in _OPERANDS:
            return None
        self.take()
        match token.kind:
            case "field":
                return nodes.Field(token.offset, (token.text[1:],))
            case "word":
                return self._word(token)
            case "variable":
                return self._variable(token)
            case "dot":
                return nodes.Dot(token.offset)
            case "nil":
                return nodes.Nil(token.offset)
            case "(":
                self.deepen(token.offset)
                pipe = self.pipeline("parenthesized pipeline", ")")
                self.depth -= 1
                return pipe
        return literal(token)

    def _word(self, token: Token) -> nodes.Word:
        if token.text not in self.functions:
            fix = known_names(token.text, self.functions, "functions")
            raise Failure(f'function "{token.text}" not defined', fix, token.offset)
        return nodes.Word(token.offset, token.text)

    def _variable(self, token: Token) -> nodes.Variable:
        slot = self.scope.find(token.text)
        if slot is None and token.text in self._pending:
            slot = self.scope.never()
        if slot is None:
            fix = known_names(token.text, self.scope.names(), "variables")
            raise Failure(f'undefined variable "{token.text}"', fix, token.offset)
        return nodes.Variable(token.offset, token.text, slot, ())


def literal(token: Token) -> nodes.Literal:
    """Return the constant that a token spells.

    Raises:
        Failure: it spells none.

    """
    text = token.text
    try:
        match token.kind:
            case "bool":
                return nodes.Literal(token.offset, text == "true", text)
            case "character":
                return nodes.Literal(token.offset, character(text), text)
            case "number":
                return nodes.Literal(token.offset, number(text), text)
        return nodes.Literal(token.offset, unquoted(text), text)
    except Failure as wrong:
        wrong.offset = token.offset
        raise


def _with_fields(node: nodes.Operand, names: tuple[str, ...]) -> nodes.Operand:
    if isinstance(node, nodes.Field):
        return nodes.Field(node.offset, node.names + names)
    if isinstance(node, nodes.Variable):
        return nodes.Variable(node.offset, node.name, node.slot, names)
    return nodes.Chain(node.offset, node, names)
