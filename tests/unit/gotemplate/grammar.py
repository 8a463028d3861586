"""Random templates: mostly sound ones, so that most of them render."""

from __future__ import annotations

import random

DATA = {
    "s": "hi", "e": "", "n": 3, "z": 0, "neg": -7, "f": 2.5, "t": True, "no": False, "nil": None, "u": "héllo, 世界",
    "q": "a\"b<c>&'d", "l": ["a", "b", "c"], "el": [], "nums": [1, 2, 3], "mixed": [1, "a", None, True, 2.5, {"k": "v"}],
    "m": {"b": 2, "a": 1, "c": None}, "em": {}, "deep": {"x": {"y": {"z": "end"}}}, "one": {"name": "first", "on": True},
    "ls": [{"name": "one", "on": True}, {"name": "two", "on": False}],
    "i": {"$image": ["reg.example/shop/web:v1", "v1"]},
}  # fmt: skip
_NUMBERS = ["0", "1", "2", "3", "-1", "42", "007", "0x1F", "0b11", "0o17", "1_000", "1.5", ".5", "2.", "1e3", "-2.5e-3",
            "1e21", "'a'", "'世'", "0x1p4", "1i", "9223372036854775807"]  # fmt: skip
_STRINGS = ['""', '"a"', '"hi"', r'"\n\t\x41"', "`raw`", '"世界"', r'"\xff"', '"%d"', '"%s %v"', '"<&>"', '"name"', '"x"']
_FIELDS = [f".{name}" for name in DATA] + [
    ".m.a",
    ".m.zz",
    ".deep.x.y.z",
    ".deep.x",
    ".i.Tag",
    ".one.name",
    ".name",
    ".nope",
]
_VERBS = "vdsqxXobcUeEfgGtT%"
_TEXTS = ["", " ", "a", "\n", " x ", "- ", "\n  y: ", "{", "}"]


class Grammar:
    """Writes templates with a random number generator, so that a seed names them all."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.variables: list[str] = []

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def template(self) -> str:
        """Return one template; it may use the templates "one" and "two", which it then defines."""
        self.variables = []
        text = self.block(3)
        for name in ("one", "two"):
            if f'"{name}"' in text and self.random.random() < 0.9:
                self.variables = []
                text += f'{{{{define "{name}"}}}}{self.block(1)}{{{{end}}}}'
        return text

    def block(self, depth: int) -> str:
        visible = len(self.variables)
        parts = [self.pick(*_TEXTS) + self.node(depth) for _ in range(self.random.randint(1, 3))]
        del self.variables[visible:]
        return "".join(parts) + self.pick(*_TEXTS)

    def action(self, inside: str) -> str:
        opening = self.pick("{{", "{{", "{{ ", "{{- ")
        return opening + inside + self.pick("}}", "}}", " }}", " -}}")

    def node(self, depth: int) -> str:
        kind = self.random.random()
        if depth == 0 or kind < 0.45:
            return self.action(self.pipeline(2))
        if kind < 0.55:
            name = self.pick("$x", "$y", "$z")
            sign = "=" if name in self.variables and self.random.random() < 0.5 else ":="
            text = self.action(f"{name} {sign} {self.pipeline(2)}")
            self.variables.append(name)
            return text
        if kind < 0.6:
            return self.action("/* note */") if self.random.random() < 0.2 else "{{/* note */ -}}"
        if kind < 0.65:
            return self.action(
                f"template {self.pick(chr(34) + 'one' + chr(34), chr(34) + 'two' + chr(34))} {self.operand(1)}"
            )
        if kind < 0.67:
            return self.action("block `own` .") + self.block(0) + self.action("end")
        return self.branch(depth)

    def branch(self, depth: int) -> str:
        kind = self.pick("if", "with", "range", "range", "if")
        visible = len(self.variables)
        head = self.pipeline(2)
        if kind == "range" and self.random.random() < 0.8:
            head = self.pick(
                ".l", ".m", ".nums", ".mixed", ".ls", "3", ".n", "slice .l 1", ".el", ".em", "$.l", "$.m", ".deep"
            )
        if self.random.random() < 0.4:
            names = ["$k", "$v"] if kind == "range" and self.random.random() < 0.6 else ["$v"]
            head = f"{', '.join(names)} := {head}"
            self.variables += names
        text = self.action(f"{kind} {head}") + self.block(depth - 1)
        if kind == "range" and self.random.random() < 0.2:
            text += self.action("if " + self.pipeline(1)) + self.action(self.pick("break", "continue")) + "{{end}}"
        if kind != "range" and self.random.random() < 0.3:
            text += self.action(f"else {kind} {self.pipeline(1)}") + self.block(depth - 1)
        if self.random.random() < 0.4:
            text += self.action("else") + self.block(depth - 1)
        del self.variables[visible:]
        return text + self.action("end")

    def pipeline(self, depth: int) -> str:
        text = self.command(depth)
        while self.random.random() < 0.2:
            text += self.pick(" | ", "|") + self.pick(
                "print",
                "html",
                "js",
                "urlquery",
                "not",
                'printf "%v"',
                "printf `%q`",
                "println",
                "or 0",
                "and .s",
                "print | len",
                "eq 1",
            )
        return text

    def command(self, depth: int) -> str:
        if self.random.random() < 0.5:
            return self.operand(depth)
        name = self.pick(
            "eq", "ne", "lt", "le", "gt", "ge", "and", "or", "not", "len", "index", "slice", "print", "println", "printf",
            "html", "js", "urlquery", "printf", "printf", "index",
        )  # fmt: skip
        if name == "printf":
            return f'printf "{self.format()}" ' + " ".join(self.operand(depth) for _ in range(self.random.randint(0, 2)))
        fixed = {"eq": 2, "ne": 2, "lt": 2, "le": 2, "gt": 2, "ge": 2, "not": 1, "len": 1, "index": 2, "slice": 2}
        count = fixed.get(name, self.random.randint(1, 3)) + (self.random.random() < 0.05)
        if name in {"eq", "ne", "lt", "le", "gt", "ge"} and self.random.random() < 0.9:
            alike = self.random.choice(
                [(".n", "3", ".z", "(len .l)", "'a'"), (".s", '"hi"', ".e", "(print 1)", ".i.Tag"), (".f", "2.5", "1e3")]
            )
            return f"{name} " + " ".join(self.random.choice(alike) for _ in range(count))
        if name in {"len", "html"} and self.random.random() < 0.9:
            return f"{name} " + self.pick(".l", ".s", ".u", ".q", ".m", '"世"', ".el", ".mixed")
        if name in {"index", "slice"} and self.random.random() < 0.9:
            return self.pick(
                "index .l 1", "index .m `a`", "index .deep `x` `y`", "index .ls 0 `name`", "index .s 0", "slice .l 1",
                "slice .u 1 2", "slice .s 0 1", "slice .mixed 2 4", "index .nums (len .s)", "index .em `x`", "slice .q 2",
            )  # fmt: skip
        if name in {"index", "slice"}:
            target = self.pick(".l", ".m", ".s", ".u", ".nums", ".mixed", ".deep", "$")
            return f"{name} {target} " + " ".join(self.pick("0", "1", "2", '"a"', '"x"', ".n") for _ in range(count - 1))
        return f"{name} " + " ".join(self.operand(depth) for _ in range(count))

    def format(self) -> str:
        text = ""
        for _ in range(self.random.randint(1, 2)):
            flags = "".join(self.random.sample("+-# 0", self.random.choice([0, 0, 0, 1, 2])))
            width = self.pick("", "", "", "6", "12", "*", "3")
            precision = self.pick("", "", "", ".2", ".0", ".", ".*")
            number = self.pick("", "", "", "", "", "", "[1]", "[2]")
            text += self.pick("", "a", " ", "é") + "%" + flags + width + precision + number + self.random.choice(_VERBS)
        return text

    def operand(self, depth: int) -> str:
        kind = self.random.random()
        if depth and kind < 0.15:
            return f"({self.pipeline(depth - 1)})" + self.pick("", "", "", "", "", "", ".x", ".name")
        if kind < 0.25 and self.variables:
            return self.random.choice(self.variables) + self.pick("", "", "", "", "", "", ".name")
        if kind < 0.35:
            return self.pick(*_NUMBERS)
        if kind < 0.48:
            return self.pick(*_STRINGS)
        if kind < 0.55:
            return self.pick("true", "false", "(and nil)", ".", ".", "$", "$.s", "$.l")
        return self.pick("$", "$", "") + self.pick(*_FIELDS)
