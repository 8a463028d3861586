"""Text made safe for a place: HTML, JavaScript, a query, or Go source."""

from __future__ import annotations

import re
from urllib.parse import quote_plus

from delivery.gotemplate.values import encoded

_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;", "\0": "\ufffd"})
_SCRIPT = {"\\": r"\\", "'": r"\'", '"': r"\""} | {sign: f"\\u{ord(sign):04X}" for sign in "<>&="}
_SCRIPT_SPECIAL = re.compile(r"[^ !#-%(-;?-\[\]-\x7f]")
"""Everything but harmless ASCII. Said the other way round, the pattern takes ten milliseconds to compile."""
_QUOTED = {"\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v", "\\": r"\\"}
_PLAIN = re.compile(r"[ !#-\[\]-~]*")


def is_raw_byte(character: str) -> bool:
    """Say whether this stands for a byte that is no part of any character."""
    return "\udc80" <= character <= "\udcff"


def html(text: str) -> str:
    """Return text for HTML, quotes escaped too."""
    return text.translate(_HTML)


def script(text: str) -> str:
    """Return text for a string in JavaScript."""

    def escaped(found: re.Match[str]) -> str:
        character = found[0]
        if character in _SCRIPT:
            return _SCRIPT[character]
        is_shown = character.isprintable() or is_raw_byte(character)
        return character if is_shown else f"\\u{ord(character):04X}"

    return _SCRIPT_SPECIAL.sub(escaped, text)


def query(text: str) -> str:
    """Return text for the query part of a URL."""
    return quote_plus(encoded(text), safe="")


def quoted(text: str, *, mark: str = '"', ascii_only: bool = False) -> str:
    """Return text as a literal of Go source, as `%q` does."""
    if mark == '"' and _PLAIN.fullmatch(text):
        return f'"{text}"'
    return mark + "".join(_literal(character, mark, ascii_only=ascii_only) for character in text) + mark


def _literal(character: str, mark: str, *, ascii_only: bool) -> str:
    if character == mark:
        return "\\" + mark
    if character in _QUOTED:
        return _QUOTED[character]
    if character.isprintable() and (character.isascii() or not ascii_only):
        return character
    code = ord(character)
    if is_raw_byte(character):
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def has_backquoted_form(text: str) -> bool:
    """Say whether text can stand between backquotes, on one line."""
    return not any(
        (character < " " and character != "\t") or character in "`\x7f\ufeff" or is_raw_byte(character) for character in text
    )
