"""The plain values of the format: names, labels, durations, numbers."""

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from delivery import windows
from delivery.shapes.base import NeverNull

NAME = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
DURATION = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)s")
ENV_KEY = re.compile(r"[a-zA-Z_]+[a-zA-Z0-9_]*")
LABEL = re.compile(r"[a-zA-Z0-9.\-_@+]*")
TAG_OR_DIGEST = re.compile(r"[A-Za-z0-9_][0-9A-Za-z_.-]*|sha256:[0-9a-f]{64}")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
WHOLE = re.compile(r"[-+]?[0-9]+")
_MOST_DIGITS = 30
"""Of a number that is looked at at all; 64 bits are 19 digits."""
_LONGEST = 315_576_000_000
"""Seconds of the longest duration that the format knows: ten thousand years."""
COMMIT = re.compile(r"[0-9a-fA-F]{4,64}")


def broken(what: str, fix: str) -> PydanticCustomError:
    """Return the error for a broken rule; `what` goes on after the value, or after the field where it says "must"."""
    return PydanticCustomError("rule", "{what}", {"what": what, "fix": fix})


def _name(text: str) -> str:
    if NAME.fullmatch(text):
        return text
    near = re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", text).lower()).strip("-")[:63].rstrip("-")
    near = re.sub(r"^[0-9-]+", "", near)
    fix = "write lower-case letters, digits and dashes, 1 to 63 of them, a letter first and no dash last"
    raise broken("is not a name", f"{fix}, such as {near!r}" if near else fix)


def _name_or_empty(text: str) -> str:
    return _name(text) if text else text


def _non_empty(text: str) -> str:
    if not text:
        raise broken("must not be empty", "write a value, or take the line out if the block can do without it")
    return text


def _label_text(text: str) -> str:
    if LABEL.fullmatch(text):
        return text
    raise broken("has characters that a label may not have", "use letters, digits and . - _ @ +")


def _env_key(text: str) -> str:
    if ENV_KEY.fullmatch(text):
        return text
    near = re.sub(r"[^a-zA-Z0-9_]", "_", text).lstrip("0123456789")
    fix = "use letters, digits and _, with no digit first"
    raise broken("cannot name an environment variable", f"{fix}, such as {near!r}" if near else fix)


def _tag_or_digest(text: str) -> str:
    if TAG_OR_DIGEST.fullmatch(text):
        return text
    raise broken("is neither a tag nor a digest", "write a tag such as v1.2.3, or sha256: and 64 hex digits")


def _digest(text: str) -> str:
    if DIGEST.fullmatch(text):
        return text
    raise broken("is not a digest", "write sha256: and 64 hex digits, all of them")


def _commit(text: str) -> str:
    if COMMIT.fullmatch(text):
        return text.lower()
    raise broken("is not the name of a commit", "write 4 to 64 of its hex digits: a branch or a tag may move")


def _read_by(read: Callable[[str], object]) -> AfterValidator:
    """Return a validator that keeps a text as it is where a reader understands it."""

    def check(text: str) -> str:
        try:
            read(text)
        except windows.Unreadable as wrong:
            raise broken(wrong.what, wrong.fix) from None
        return text

    return AfterValidator(check)


def _words(words: tuple[str, ...]) -> str:
    """Return the pattern of one of some words in any case, as a schema needs it."""
    return f"(?:{'|'.join(''.join(f'[{one}{one.upper()}]' for one in word) for word in words)})"


def _listed(item: str) -> WithJsonSchema:
    """Return the schema of items with commas between them."""
    return WithJsonSchema({"type": "string", "pattern": f"^ *(?:{item}) *(?:, *(?:{item}) *)*$"})


def _seconds(value: object) -> float:
    if isinstance(value, str) and DURATION.fullmatch(value):
        if float(value[:-1]) <= _LONGEST:
            return float(value[:-1])
        raise broken("is longer than any duration can be", "write a shorter one")
    fix = "write decimal seconds and an s, such as 600s or 0.5s"
    if isinstance(value, str) and (found := re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*(ms|s|sec|m|min|h|d)?", value)):
        units = {"ms": 0.001, "m": 60, "min": 60, "h": 3600, "d": 86400}
        fix = f"write it in seconds: {float(found[1]) * units.get(found[2], 1):.15g}s"
    elif isinstance(value, int) and not isinstance(value, bool):
        fix = f"write it in seconds: {value}s"
    raise broken("is not a duration", fix)


def _positive(value: float) -> float:
    if value > 0:
        return value
    raise broken("must be longer than 0s", "write decimal seconds and an s, such as 600s")


def _int64(value: object) -> int:
    if isinstance(value, str) and WHOLE.fullmatch(value):
        value = int(value[:_MOST_DIGITS])
    if isinstance(value, int) and not isinstance(value, bool):
        if -(2**63) <= value < 2**63:
            return value
        raise broken("does not fit into 64 bits", "write a smaller number")
    raise broken("is not a whole number", "write a whole number, such as 3")


def _whole_text(text: str) -> str:
    if WHOLE.fullmatch(text):
        _int64(text)
        return text
    raise broken("is not a whole number", 'write a whole number in quotes, such as "3"')


def _count(value: int) -> int:
    if 0 <= value < 2**31:
        return value
    raise broken("is not a count", "write a whole number, 0 or more")


def _approvers(value: int) -> int:
    if 1 <= value < 2**31:
        return value
    fix = "write how many people have to sign, or take the line out for one"
    raise broken("must be 1 or more: what nobody has to sign for is no gate", fix)


def _some(items: tuple[Any, ...]) -> tuple[Any, ...]:
    if items:
        return items
    raise broken("must have at least one item", "add an item, or take the whole block out")


def _text_or_number(value: object) -> str | int:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return _int64(value)
    raise PydanticCustomError("text_or_number", "must be text or a whole number")


_DAY = _words(windows.DAYS)
SOME = AfterValidator(_some)
"""Marks a list that must not be empty."""
Name = Annotated[str, AfterValidator(_name), WithJsonSchema({"type": "string", "pattern": f"^{NAME.pattern}$"})]
"""1 to 63 lower-case letters, digits and dashes, a letter first and no dash last."""
NameOrEmpty = Annotated[
    str, AfterValidator(_name_or_empty), WithJsonSchema({"type": "string", "pattern": f"^({NAME.pattern})?$"})
]
NonEmpty = Annotated[str, AfterValidator(_non_empty), WithJsonSchema({"type": "string", "minLength": 1})]
LabelText = Annotated[str, AfterValidator(_label_text), WithJsonSchema({"type": "string", "pattern": f"^{LABEL.pattern}$"})]
LabelKey = Annotated[
    str,
    AfterValidator(_non_empty),
    AfterValidator(_label_text),
    WithJsonSchema({"type": "string", "minLength": 1, "pattern": f"^{LABEL.pattern}$"}),
]
EnvKey = Annotated[str, AfterValidator(_env_key), WithJsonSchema({"type": "string", "pattern": f"^{ENV_KEY.pattern}$"})]
TagOrDigest = Annotated[
    str, AfterValidator(_tag_or_digest), WithJsonSchema({"type": "string", "pattern": f"^({TAG_OR_DIGEST.pattern})$"})
]
Digest = Annotated[str, AfterValidator(_digest), WithJsonSchema({"type": "string", "pattern": f"^{DIGEST.pattern}$"})]
Commit = Annotated[str, AfterValidator(_commit), WithJsonSchema({"type": "string", "pattern": f"^{COMMIT.pattern}$"})]
"""A commit by its own name, in full or abbreviated; kept in lower case."""
Days = Annotated[NonEmpty, _read_by(windows.days), _listed(f"{_words(windows.DAY_WORDS)}|{_DAY}(?: *- *{_DAY})?")]
Hours = Annotated[NonEmpty, _read_by(windows.hours), _listed(r"(?:[01]?[0-9]|2[0-3])(?: *- *(?:[01]?[0-9]|2[0-4]))?")]
Zone = Annotated[str, _read_by(windows.zone)]
_DURATION_SCHEMA = WithJsonSchema({"type": "string", "pattern": f"^{DURATION.pattern}$"})


class DurationMark:
    """Marks durations, whose null is refused."""


Duration = Annotated[float, BeforeValidator(_seconds), _DURATION_SCHEMA, DurationMark()]
"""Typed as decimal seconds and an s (`600s`); kept as seconds."""
PositiveDuration = Annotated[
    float,
    BeforeValidator(_seconds),
    AfterValidator(_positive),
    WithJsonSchema({"type": "string", "pattern": f"^(?=.*[1-9])({DURATION.pattern})$"}),
    DurationMark(),
]
Int64 = Annotated[
    int,
    BeforeValidator(_int64),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string", "pattern": f"^{WHOLE.pattern}$"}]}),
]
"""Typed as a number, or as a number in quotes, as protobuf's JSON writes it."""
WholeText = Annotated[str, AfterValidator(_whole_text), WithJsonSchema({"type": "string", "pattern": f"^{WHOLE.pattern}$"})]
Count = Annotated[int, AfterValidator(_count), WithJsonSchema({"type": "integer", "minimum": 0})]
Approvers = Annotated[
    int,
    AfterValidator(_approvers),
    WithJsonSchema({"type": "integer", "minimum": 1}),
    NeverNull("a number, or take the line out for one approver"),
]
TextOrNumber = Annotated[
    str | int, BeforeValidator(_text_or_number), WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]})
]
"""A parameter's value, kept as typed: text or a whole number."""
