"""Go's `fmt`: print, println and printf with its flags, argument numbers and complaints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from delivery.gotemplate.escapes import quoted
from delivery.gotemplate.limits import LONGEST_TEXT, too_long
from delivery.gotemplate.values import NOTHING, Byte, Value, concatenated, type_name
from delivery.gotemplate.verbs import Printer

_LARGEST_WIDTH = 1_000_000
_PLAIN_DIRECTIVE = re.compile(r"([^%]*)(?:%([dsqvxt])|\Z)")
_PLAIN = re.compile(r"(?:[^%]*%[dsqvxt])*[^%]*")
_FLAGS = {"#": "sharp", "0": "zero", "+": "plus", "-": "minus", " ": "space"}


def shown(value: Value) -> str:
    """Return a value as `{{.}}` prints it."""
    kind = type(value)
    if kind is str:
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    return Printer().show(value, "v")


def _bounded(pieces: list[str]) -> str:
    if sum(map(len, pieces)) > LONGEST_TEXT:
        raise too_long()
    return concatenated(pieces)


def printed(*values: Value) -> str:
    """Return values one after another, with a space between two where neither is a string."""
    if len(values) == 1:
        return shown(values[0])
    pieces: list[str] = []
    after_string = True
    for value in values:
        is_string = isinstance(value, str)
        if not is_string and not after_string:
            pieces.append(" ")
        pieces.append(shown(value))
        after_string = is_string
    return _bounded(pieces)


def printed_line(*values: Value) -> str:
    """Return values with a space between any two, and a newline at the end."""
    return _bounded([" ".join(map(shown, values)), "\n"])


def formatted(template: str, *values: Value) -> str:
    """Return what `printf` makes of its arguments."""
    directives = _plain(template)
    if len(directives) != len(values) + 1:
        return _Format(template, values).text()
    pieces: list[str] = []
    for (text, verb), value in zip(directives, values, strict=False):
        pieces += (text, _simple(value, verb))
    pieces.append(directives[-1][0])
    return _bounded(pieces)


def _simple(value: Value, verb: str) -> str:
    """Return a value as a verb without flags prints it."""
    if type(value) is str:
        if verb in "sv":
            return str(value)
        if verb == "q":
            return quoted(value)
    return Printer().show(value, verb)


@lru_cache(maxsize=256)
def _plain(template: str) -> list[tuple[str, str]]:
    """Return the text and verb of each directive and, with no verb, the text at the end; nothing where any has more."""
    if not _PLAIN.fullmatch(template):
        return []
    found = _PLAIN_DIRECTIVE.findall(template)
    # at the end of the text, the pattern finds the end once more
    return found[:-1] if len(found) > 1 and not found[-2][1] else found


class _Format:
    """A format string being read, and its arguments being used up."""

    def __init__(self, template: str, values: Sequence[Value]) -> None:
        self.template, self.values = template, values
        self.at = 0
        self.argument = 0
        self.has_index = False
        self.is_reordered = False
        self.is_good_index = True
        self.pieces: list[str] = []

    def text(self) -> str:
        template, length = self.template, 0
        while True:
            sign = template.find("%", self.at)
            if sign < 0:
                self.pieces.append(template[self.at :])
                break
            self.pieces.append(template[self.at : sign])
            self.at = sign + 1
            self._directive()
            length += len(self.pieces[-1])
            if length > LONGEST_TEXT:
                raise too_long()
        if not self.is_reordered and self.argument < len(self.values):
            extra = ", ".join(map(_explained, self.values[self.argument :]))
            self.pieces.append(f"%!(EXTRA {extra})")
        return _bounded(self.pieces)

    def _here(self) -> str:
        return self.template[self.at : self.at + 1]

    def _directive(self) -> None:
        printer = Printer()
        self.is_good_index, self.has_index = True, False
        while (flag := _FLAGS.get(self._here())) is not None:
            setattr(printer, flag, True)
            self.at += 1
        self._read_index()
        self._read_width(printer)
        if self._here() == ".":
            self._read_precision(printer)
        if not self.has_index:
            self._read_index()
        verb = self._here()
        self.at += 1
        if verb == "":
            self.pieces.append("%!(NOVERB)")
        elif verb == "%":
            self.pieces.append("%")
        elif not self.is_good_index:
            self.pieces.append(f"%!{verb}(BADINDEX)")
        elif self.argument >= len(self.values):
            self.pieces.append(f"%!{verb}(MISSING)")
        else:
            if verb in "vw":
                # with %v the flag # asks for Go syntax; + would ask for field names, which nothing here has
                printer.go_syntax, printer.sharp, printer.plus = printer.sharp, False, False
            self.pieces.append(printer.show(self.values[self.argument], verb))
            self.argument += 1

    def _read_index(self) -> None:
        """Read `[2]`, which makes the second argument the next one."""
        if self._here() != "[":
            self.has_index = False
            return
        self.is_reordered = True
        closing = self.template.find("]", self.at)
        if closing < 0:
            self.is_good_index, self.has_index = False, False
            self.at += 1
            return
        index = _small_number(self.template[self.at + 1 : closing])
        self.at = closing + 1
        self.has_index = index is not None
        if index is not None and 1 <= index <= len(self.values):
            self.argument = index - 1
        else:
            self.is_good_index = False

    def _digits(self) -> int | None:
        start = self.at
        while self._here() in {*"0123456789"}:
            self.at += 1
        if start == self.at:
            return None
        number = _small_number(self.template[start : self.at])
        if number is None:
            # too large for Go, which then gives up on the rest
            self.at = len(self.template)
        return number

    def _read_width(self, printer: Printer) -> None:
        if self._here() != "*":
            printer.width = self._digits()
            if self.has_index and printer.width is not None:
                self.is_good_index = False
            return
        self.at += 1
        printer.width = self._star("%!(BADWIDTH)")
        if printer.width is not None and printer.width < 0:
            printer.width, printer.minus, printer.zero = -printer.width, True, False
        self.has_index = False

    def _read_precision(self, printer: Printer) -> None:
        self.at += 1
        if self.has_index:
            self.is_good_index = False
        self._read_index()
        if self._here() != "*":
            printer.precision = self._digits() or 0
            return
        self.at += 1
        printer.precision = self._star("%!(BADPREC)")
        if printer.precision is not None and printer.precision < 0:
            printer.precision = None
            self.pieces.append("%!(BADPREC)")
        self.has_index = False

    def _star(self, complaint: str) -> int | None:
        """Take a width or precision from the arguments."""
        number = None
        if self.argument < len(self.values):
            value = self.values[self.argument]
            if type(value) in {int, Byte} and abs(value) <= _LARGEST_WIDTH:
                number = int(value)
            self.argument += 1
        if number is None:
            self.pieces.append(complaint)
        return number


def _small_number(digits: str) -> int | None:
    """Return a number, or None where it is none or too large."""
    if not (digits.isascii() and digits.isdecimal()):
        return None
    digits = digits.lstrip("0") or "0"
    # Go looks before it takes the last digit, so ten million just passes
    return int(digits) if len(digits) < 9 and int(digits) // 10 <= _LARGEST_WIDTH else None


def _explained(value: Value) -> str:
    return "<nil>" if value is None or value is NOTHING else f"{type_name(value)}={shown(value)}"
