"""Turns a source into a tree, by Go's grammar and with Go's complaints."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, cast

from delivery.gotemplate import nodes
from delivery.gotemplate.errors import Failure
from delivery.gotemplate.expressions import END_FIX, Cursor, Expressions, literal, unexpected
from delivery.gotemplate.lexer import Token, tokens


def parse(source: str, functions: Collection[str]) -> nodes.Source:
    """Return the tree of a source that may call the given functions.

    Raises:
        Failure: the source is no template, with the offset of the mistake.

    """
    defined: dict[str, nodes.Definition] = {}
    main = _Parser(Cursor(tokens(source)), functions, 0, defined).main()
    return nodes.Source(main, defined)


def is_empty(body: nodes.Block) -> bool:
    """Say whether a template holds nothing but white space; Go lets such a one be defined again."""
    return all(isinstance(node, nodes.Text) and not node.text.strip() for node in body)


class _Parser(Expressions):
    """Parses one template; an inner one gets a parser of its own, as its variables are its own."""

    def __init__(self, cursor: Cursor, functions: Collection[str], depth: int, defined: dict[str, nodes.Definition]) -> None:
        super().__init__(cursor, functions, depth)
        self.defined = defined
        self.loops = 0

    # ---- templates

    def main(self) -> nodes.Definition:
        found: list[nodes.Node] = []
        while (token := self.take()).kind != "end of text":
            if token.kind == "text":
                found.append(nodes.Text(token.text))
            elif token.kind != "{{":
                unexpected(token, "input")
            elif self.peek().kind == "define":
                self.define()
            else:
                node = self.action()
                if isinstance(node, Token):
                    unexpected(node, "input")
                found.append(node)
        return nodes.Definition(tuple(found), self.scope.outer())

    def define(self) -> None:
        self.take()
        name = self.name("define clause")
        self.expect("}}", "define clause")
        self.inner("define clause", name)

    def name(self, context: str) -> str:
        token = self.take()
        if token.kind not in {"string", "raw"}:
            unexpected(token, context)
        return cast("str", literal(token).value)

    def inner(self, context: str, name: str) -> None:
        """Parse the body of a `define` or `block`, up to its end."""
        offset = self.peek().offset
        parser = _Parser(self.cursor, self.functions, self.depth, self.defined)
        parser.deepen(offset)
        body, closing = parser.items()
        if closing.kind != "end":
            unexpected(closing, context)
        definition = nodes.Definition(body, parser.scope.outer())
        known = self.defined.get(name)
        if known is None or is_empty(known.body):
            self.defined[name] = definition
        elif not is_empty(body):
            raise Failure(f'multiple definition of template "{name}"', "keep one of them, or give one another name", offset)

    # ---- blocks

    def items(self) -> tuple[nodes.Block, Token]:
        """Parse up to the `else` or `end` that closes this block; return that too."""
        found: list[nodes.Node] = []
        while True:
            token = self.take()
            if token.kind == "text":
                found.append(nodes.Text(token.text))
                continue
            if token.kind != "{{":
                unexpected(token, "input")
            node = self.action()
            if isinstance(node, Token):
                return tuple(found), node
            found.append(node)

    def action(self) -> nodes.Node | Token:
        token = self.peek()
        match token.kind:
            case "if" | "with" | "range":
                return self.branch(self.take())
            case "end":
                self.take()
                self.expect("}}", "end")
                return token
            case "else":
                self.take()
                if self.peek().kind not in {"if", "with"}:
                    self.expect("}}", "else")
                return token
            case "template":
                return self.template(self.take())
            case "block":
                return self.block(self.take())
            case "break" | "continue":
                return self.jump(self.take())
        return nodes.Action(self.pipeline("command", "}}"))

    def jump(self, token: Token) -> nodes.Jump:
        self.expect("}}", f"{{{{{token.kind}}}}}")
        if not self.loops:
            raise Failure(f"{{{{{token.kind}}}}} outside {{{{range}}}}", "use it inside of a range", token.offset)
        return nodes.Jump("break" if token.kind == "break" else "continue")

    def template(self, token: Token) -> nodes.Include:
        name = self.name("template clause")
        pipe = None
        if self.peek().kind == "}}":
            self.take()
        else:
            pipe = self.pipeline("template clause", "}}")
        return nodes.Include(token.offset, name, pipe)

    def block(self, token: Token) -> nodes.Include:
        name = self.name("block clause")
        pipe = self.pipeline("block clause", "}}")
        self.inner("block clause", name)
        return nodes.Include(token.offset, name, pipe)

    def branch(self, token: Token) -> nodes.Branch:
        self.deepen(token.offset)
        kind, mark, loops = token.kind, self.scope.mark(), self.loops
        arms, otherwise = [], cast("nodes.Block", ())
        while True:
            pipe = self.pipeline(kind, "}}")
            self.loops = loops + (kind == "range")
            body, closing = self.items()
            self.loops = loops
            arms.append((pipe, body))
            if closing.kind == "end":
                break
            if kind == self.peek().kind and kind != "range":
                self.take()
                continue
            otherwise, closing = self.items()
            if closing.kind != "end":
                raise Failure("expected end; found {{else}}", END_FIX, closing.offset)
            break
        self.scope.back_to(mark)
        self.depth -= 1
        return nodes.Branch(cast("Literal['if', 'with', 'range']", kind), tuple(arms), otherwise)
