"""How Go prints one value with one verb: `%5.2f`, `%-10q`, `%#x`."""

from __future__ import annotations

from msgspec import Struct

from delivery.gotemplate import escapes
from delivery.gotemplate.errors import Failure
from delivery.gotemplate.floats import float_digits, sharpened
from delivery.gotemplate.limits import DEEPEST_PRINT, LONGEST_TEXT
from delivery.gotemplate.values import NOTHING, Byte, Image, Value, concatenated, encoded, native, sorted_items, type_name

_LARGEST_RUNE = 0x10FFFF
_BASES = {"v": "d", "d": "d", "b": "b", "o": "o", "O": "o", "x": "x", "X": "X"}


class Printer(Struct):
    """The flags of one `%` directive, and the text made so far."""

    plus: bool = False
    minus: bool = False
    sharp: bool = False
    space: bool = False
    zero: bool = False
    go_syntax: bool = False
    """`%#v`."""
    complains: bool = False
    """The verb does not fit; as in Go, images within then show their fields."""
    width: int | None = None
    precision: int | None = None
    length: int = 0
    """Characters printed; printing stops with an error where it gets out of hand."""

    def pad(self, text: str, *, zero: bool = False) -> str:
        """Return text brought to the width, which counts characters."""
        missing = (self.width or 0) - len(text)
        if missing <= 0:
            return text
        if self.minus:
            return text + " " * missing
        return ("0" if zero else " ") * missing + text

    def show(self, value: Value, verb: str, depth: int = 0) -> str:
        """Return an argument as the verb prints it; a verb that does not fit is printed as Go complains."""
        if value is None or value is NOTHING:
            if depth:
                return "interface {}(nil)" if self.go_syntax else "<nil>"
            return self.pad("<nil>", zero=self.zero) if verb in "Tv" else f"%!{verb}(<nil>)"
        value = native(value)
        if not depth:
            if verb == "T":
                return self.text(type_name(value), "s") or ""
            if verb == "p" and isinstance(value, (dict, list)):
                raise Failure("%p would print an address, which differs from run to run", "print the value with %v")
            if verb in "pw":
                return self._mismatch(value, verb)
        text = self._shown(value, verb, depth)
        return self._mismatch(value, verb) if text is None else text

    def _shown(self, value: Value, verb: str, depth: int) -> str | None:
        kind = type(value)
        if kind is str:
            return self.text(value, verb)
        if kind is bool:
            return self.pad("true" if value else "false", zero=self.zero) if verb in "tv" else None
        if kind is int or kind is Byte:
            return self._integer(int(value), verb, is_byte=kind is Byte)
        if kind is float:
            return self._floating(value, verb)
        if kind is complex:
            return self._complex(value, verb)
        if kind is Image:
            return self._image(value, verb)
        if depth > DEEPEST_PRINT:
            raise Failure("a value is nested too deeply to print", f"data may be {DEEPEST_PRINT} levels deep")
        return self._mapping(value, verb, depth) if kind is dict else self._sequence(value, verb, depth)

    def _mismatch(self, value: Value, verb: str) -> str:
        before, self.complains = self.complains, True
        shown = self._shown(value, "v", 0)
        self.complains = before
        return f"%!{verb}({type_name(value)}={shown})"

    # ---- simple values

    def text(self, value: str, verb: str) -> str | None:
        """Print a string; a width counts characters, `%x` prints bytes."""
        if verb in "xX":
            return self._bytes(encoded(value), verb)
        if verb not in "vsq":
            return None
        if self.precision is not None:
            value = value[: self.precision]
        if verb == "q" or (verb == "v" and self.go_syntax):
            if self.sharp and escapes.has_backquoted_form(value):
                value = f"`{value}`"
            else:
                value = escapes.quoted(value, ascii_only=self.plus)
        return self.pad(value, zero=self.zero)

    def _bytes(self, raw: bytes, verb: str) -> str:
        if self.precision is not None:
            raw = raw[: self.precision]
        digits = raw.hex() if verb == "x" else raw.hex().upper()
        mark = f"0{verb}" if self.sharp else ""
        if self.space:
            digits = " ".join(mark + digits[at : at + 2] for at in range(0, len(digits), 2))
        elif digits:
            digits = mark + digits
        return self.pad(digits, zero=self.zero)

    def _integer(self, value: int, verb: str, *, is_byte: bool = False) -> str | None:
        if verb in "cqU":
            return self._rune(value, verb)
        if verb not in _BASES:
            return None
        as_hexadecimal = verb == "v" and self.go_syntax and is_byte
        base = "x" if as_hexadecimal else _BASES[verb]
        digits = format(abs(value), base)
        sign = "-" if value < 0 else "+" if self.plus else " " if self.space else ""
        if self.precision is not None:
            if self.precision == 0 and value == 0:
                return self.pad("")
            digits = digits.rjust(self.precision, "0")
        elif self.zero and not self.minus and self.width:
            digits = digits.rjust(self.width - len(sign), "0")
        if self.sharp or as_hexadecimal:
            if base == "o":
                digits = digits if digits[0] == "0" else "0" + digits
            elif base != "d":
                digits = f"0{base}{digits}"
        if verb == "O":
            digits = f"0o{digits}"
        return self.pad(sign + digits)

    def _rune(self, value: int, verb: str) -> str:
        if verb == "U":
            digits = format(value & 0xFFFF_FFFF_FFFF_FFFF, "X").rjust(max(self.precision or 0, 4), "0")
            shows = self.sharp and 0 <= value <= _LARGEST_RUNE and chr(value).isprintable()
            return self.pad(f"U+{digits} '{chr(value)}'" if shows else f"U+{digits}")
        is_character = 0 <= value <= _LARGEST_RUNE and not 0xD800 <= value <= 0xDFFF
        character = chr(value) if is_character else "\ufffd"
        if verb == "q":
            character = escapes.quoted(character, mark="'", ascii_only=self.plus)
        return self.pad(character, zero=self.zero)

    def _floating(self, value: float, verb: str) -> str | None:
        if verb not in "vbgGxXfFeE":
            return None
        verb = {"v": "g", "F": "f"}.get(verb, verb)
        precision = self.precision if self.precision is not None else 6 if verb in "feE" else None
        digits = float_digits(value, verb, precision)
        sign = "-" if digits[0] == "-" else "+" if self.plus else " " if self.space else ""
        digits = digits.lstrip("-")
        if digits in {"Inf", "NaN"}:
            if digits == "Inf" or self.plus or self.space:
                digits = (sign or "+") + digits if digits == "Inf" else sign + digits
            return self.pad(digits)
        if self.sharp and verb != "b":
            digits = sharpened(digits, verb, precision)
        if self.zero and not self.minus and self.width:
            return sign + digits.rjust(self.width - len(sign), "0")
        return self.pad(sign + digits)

    def _complex(self, value: complex, verb: str) -> str | None:
        real, plus = self._floating(value.real, verb), self.plus
        self.plus = True
        imaginary = self._floating(value.imag, verb)
        self.plus = plus
        return None if real is None or imaginary is None else f"({real}{imaginary}i)"

    # ---- values with values in them

    def _image(self, value: Image, verb: str) -> str | None:
        if self.go_syntax:
            tag, reference = self.text(value.tag, "v"), self.text(value.reference, "v")
            return f"template.Image{{Tag:{tag}, reference:{reference}}}"
        if verb in "vsqxX" and not self.complains:
            return self.text(value.reference, verb)
        return f"{{{self.show(value.tag, verb, 1)} {self.show(value.reference, verb, 1)}}}"

    def _counted(self, text: str) -> str:
        # a value may hold another many times over; so the empty ones count as well
        self.length += len(text) + 64
        if self.length > LONGEST_TEXT:
            raise Failure("a printed value is too long", f"print at most {LONGEST_TEXT} characters at once")
        return text

    def _sequence(self, values: list[Value], verb: str, depth: int) -> str:
        shown = [self._counted(self.show(value, verb, depth + 1)) for value in values]
        if self.go_syntax:
            return f"[]interface {{}}{{{', '.join(shown)}}}"
        return f"[{concatenated([' '.join(shown)])}]"

    def _mapping(self, values: dict[str, Value], verb: str, depth: int) -> str:
        shown = [
            self._counted(f"{self.show(key, verb, depth + 1)}:{self.show(value, verb, depth + 1)}")
            for key, value in sorted_items(values)
        ]
        if self.go_syntax:
            return f"map[string]interface {{}}{{{', '.join(shown)}}}"
        return f"map[{' '.join(shown)}]"
