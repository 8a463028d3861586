"""Cuts a template's source into tokens.

Spaces are no tokens of their own; each token knows whether one came before it, which is all the grammar asks.
A source that cannot be cut ends in a token of kind `error`, so that the parser may find an earlier mistake first.
"""

from __future__ import annotations

import re
import unicodedata

from msgspec import Struct

KEYWORDS = frozenset(
    ("block", "break", "continue", "define", "else", "end", "if", "nil", "range", "template", "with"),
)


class Token(Struct, frozen=True):
    """A piece of the source: a keyword's kind is the keyword, a sign's kind is the sign."""

    kind: str
    text: str
    offset: int
    spaced: bool = False


_BLANK = " \t\r\n"
_BLANK_SET = frozenset(_BLANK)
_BLANKS = re.compile(r"[ \t\r\n]*")
# What may follow a name. Go has all of these but the last two, which begin our one extension: .Labels["a-b"]
_STOP = r"""(?=[ \t\r\n.,|:)(]|\}\}|\Z|\["|\[`)"""
_TOKEN = re.compile(
    rf"""
    (?P<close>   [ \t\r\n]-\}}\}}[ \t\r\n]* | \}}\}} )
  | (?P<space>   [ \t\r\n]+(?!-\}}\}}) )
  | (?P<dot>     \.(?=[ \t\r\n|)]|\}}\}}) )
  | (?P<field>   \.[A-Za-z_][A-Za-z0-9_]*{_STOP} )
  | (?P<word>    [A-Za-z_][A-Za-z0-9_]*{_STOP} )
  | (?P<string>  "(?:[^"\\\n]++|\\[^\n])*+" )
  | (?P<variable>\$[A-Za-z0-9_]*{_STOP} )
  | (?P<number>  [0-9]+(?=[ \t\r\n|)]|\}}\}}) )
  | (?P<sign>    :=|[=|(),] )
  | (?P<raw>     `[^`]*` )
  | (?P<character>'(?:[^'\\\n]++|\\[^\n])*+' )
  | (?P<subscript>\[(?:"(?:[^"\\\n]++|\\[^\n])*+"|`[^`]*`)\]{_STOP} )
    """,
    re.VERBOSE | re.ASCII,
)
_NUMBER = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?"
    r"|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?",
)


class _Unlexable(Exception):
    """The source ends here for the parser; carries the message and its offset."""

    def __init__(self, what: str, offset: int) -> None:
        self.what, self.offset = what, offset
        super().__init__(what)


def tokens(source: str) -> list[Token]:
    """Return a source's tokens; the last one is of kind `end of text` or `error`."""
    found: list[Token] = []
    try:
        _cut(source, found)
        found.append(Token("end of text", "", len(source)))
    except _Unlexable as wrong:
        found.append(Token("error", wrong.what, wrong.offset))
    return found


def _cut(source: str, found: list[Token]) -> None:
    position, end = 0, len(source)
    while position < end:
        opening = source.find("{{", position)
        if opening < 0:
            found.append(Token("text", source[position:], position))
            return
        trims = source[opening + 2 : opening + 3] == "-" and source[opening + 3 : opening + 4] in _BLANK_SET
        text = source[position:opening]
        if trims:
            text = text.rstrip(_BLANK)
        if text:
            found.append(Token("text", text, position))
        inside = opening + (4 if trims else 2)
        if source.startswith("/*", inside):
            position = _after_comment(source, inside)
        else:
            found.append(Token("{{", "{{", opening))
            position = _action(source, inside, opening, found)


def _past_blanks(source: str, position: int) -> int:
    found = _BLANKS.match(source, position)
    return found.end() if found else position


def _after_comment(source: str, start: int) -> int:
    end = source.find("*/", start + 2)
    if end < 0:
        raise _Unlexable("unclosed comment", start)
    end += 2
    if source.startswith("}}", end):
        return end + 2
    if source[end : end + 1] in _BLANK_SET and source.startswith("-}}", end + 1):
        end += 4
        return _past_blanks(source, end)
    raise _Unlexable("comment ends before closing delimiter", start)


def _action(source: str, position: int, start: int, found: list[Token]) -> int:
    """Cut one action, from after its opening; return the offset after its closing."""
    match, depth, spaced = _TOKEN.match, 0, False
    while True:
        token = match(source, position)
        if token is None:
            cut = _unusual(source, position, spaced, start)
            found.append(cut)
            position, spaced = position + len(cut.text), False
            continue
        kind, text = token.lastgroup or "", token.group()
        if kind == "space":
            position, spaced = token.end(), True
            continue
        if kind == "close":
            if depth:
                raise _Unlexable("unclosed left paren", position)
            found.append(Token("}}", "}}", position, spaced))
            return token.end()
        if kind == "word":
            kind = text if text in KEYWORDS else "bool" if text in {"true", "false"} else "word"
        elif kind == "sign":
            kind = text
            depth += (text == "(") - (text == ")")
            if depth < 0:
                raise _Unlexable("unexpected right paren", position)
        elif kind == "subscript" and (spaced or source[position - 1] in _BLANK + "(|,="):
            raise _Unlexable('unexpected "[" in operand', position)
        found.append(Token(kind, text, position, spaced))
        position, spaced = token.end(), False


def is_word_character(character: str) -> bool:
    """Say whether Go takes a character as part of a name: a letter, a decimal digit or an underscore."""
    return character == "_" or character.isalpha() or character.isdecimal()


def _ends_word(source: str, position: int) -> bool:
    character = source[position : position + 1]
    return character == "" or character in " \t\r\n.,|:)(" or source.startswith(("}}", '["', "[`"), position)


def _unusual(source: str, position: int, spaced: bool, start: int) -> Token:
    """Cut what the pattern does not know: names in other scripts, odd numbers, and every mistake."""
    character = source[position : position + 1]
    if character == "":
        raise _Unlexable("unclosed action", start)
    if character in _UNTERMINATED:
        raise _Unlexable(f"unterminated {_UNTERMINATED[character]}", position)
    if character == ":":
        raise _Unlexable("expected :=", position)
    following = source[position + 1 : position + 2]
    if character == "." and _ends_word(source, position + 1) and not following.isdecimal():
        return Token("dot", ".", position, spaced)
    if character in "+-.0123456789" and not (character == "." and following not in {*"0123456789"}):
        return _number(source, position, spaced)
    if character in ".$" or is_word_character(character):
        end = position + 1
        while is_word_character(source[end : end + 1] or " "):
            end += 1
        if not _ends_word(source, end):
            raise _Unlexable(f"bad character {described(source[end])}", end)
        kind = {".": "field", "$": "variable"}.get(character, "word")
        return Token(kind, source[position:end], position, spaced)
    if character.isascii() and character.isprintable():
        return Token(character, character, position, spaced)
    raise _Unlexable(f"unrecognized character in action: {described(character)}", position)


_UNTERMINATED = {'"': "quoted string", "`": "raw quoted string", "'": "character constant"}


def _number(source: str, position: int, spaced: bool) -> Token:
    def scanned(start: int) -> int:
        found = _NUMBER.match(source, start)
        end = found.end() if found else start
        if is_word_character(source[end : end + 1] or " "):
            raise _Unlexable(f'bad number syntax: "{source[position : end + 1]}"', position)
        return end

    end = scanned(position)
    if source[end : end + 1] in {"+", "-"}:
        end = scanned(end)
        if source[end - 1] != "i":
            raise _Unlexable(f'bad number syntax: "{source[position:end]}"', position)
    return Token("number", source[position:end], position, spaced)


def described(character: str) -> str:
    """Return a character as Go names it in messages: `U+002D '-'`."""
    code = f"U+{ord(character):04X}"
    is_shown = character == " " or unicodedata.category(character)[0] in "LMNPS"
    return f"{code} '{character}'" if is_shown else code
