"""Values are inserted as text: none may change what the document around it is made of.

A line break, a quote or a `: ` in a value could add keys or end the document. Values of harmless characters cannot, so most
manifests need no second look. For the others the template is rendered again with neutral words in their place. Where both
texts differ by nothing but those words, every value must have arrived, complete, as the text of the one scalar it stands in.

Where they differ in more, the template itself looks at the value (`if eq`, `range`, `printf "%q"`), and different parts are
what its author wants. Then only what the value brought into the text as it is, whole or line by line, is judged like that;
and where it arrives transformed (`| upper`), its words must be such that they stay text anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from delivery.gotemplate import TemplateError
from delivery.instances import ServiceInstance
from delivery.manifests import outlines, sources
from delivery.manifests.outlines import Outline
from delivery.manifests.places import Text
from delivery.problems import Problem, Spot
from delivery.structs import replace

_HARMLESS = re.compile(
    # words of letters and digits, and signs that mean nothing to YAML between them
    r"[A-Za-z0-9_/](?:[A-Za-z0-9._/+~=-]|:(?=[A-Za-z0-9/])|@(?=[A-Za-z0-9])| (?=[A-Za-z0-9]))*\Z"
)


class _Value(Struct, frozen=True):
    """A value with characters that could mean something to YAML."""

    kind: str
    """Where templates find it: Params, Constants or Labels."""
    name: str
    text: str
    placeholder: str
    """A word as long as the text, and nowhere else in it."""


Swap = Mapping[tuple[str, str], str]


def doubtful(instance: ServiceInstance) -> tuple[_Value, ...]:
    """Return the values of an instance that could change the shape of a document."""
    given: tuple[tuple[str, Mapping[str, object]], ...] = (
        ("Params", instance.parameters),
        ("Constants", instance.constants),
        ("Labels", instance.runtime.labels),
    )
    found = [
        (kind, name, text)
        for kind, values in given
        for name, text in values.items()
        if isinstance(text, str) and text and not _HARMLESS.match(text)
    ]
    return tuple(
        _Value(kind, name, text, f"pvn{at}q".ljust(max(len(text), 8), "x")) for at, (kind, name, text) in enumerate(found)
    )


def problems(text: Text, instance: ServiceInstance, values: tuple[_Value, ...]) -> list[Problem]:
    """Return a problem for each of the doubtful values that changes the shape of a rendered manifest."""
    if not values or "{{" not in text.file.text:
        return []
    neutral = _render(text, instance, values)
    if neutral == text.text or _fits(text.text, neutral, values):
        return []
    blamed = []
    for value in values:
        # all others neutral, so that none is blamed for another
        alone = _render(text, instance, tuple(one for one in values if one is not value))
        if alone is not None and not _fits(alone, neutral, (value,)):
            blamed.append(value)
    return [_problem(text, value) for value in blamed or values if blamed or value.name in text.file.text]


def _render(text: Text, instance: ServiceInstance, neutral: tuple[_Value, ...]) -> str | None:
    """Return the manifest rendered with placeholders for some values, None where its template then fails."""
    words: Mapping[str, Mapping[str, str]] = {
        kind: {one.name: one.placeholder for one in neutral if one.kind == kind}
        for kind in ("Params", "Constants", "Labels")
    }
    swapped = replace(
        instance,
        parameters={**instance.parameters, **words["Params"]},
        constants={**instance.constants, **words["Constants"]},
        runtime=replace(instance.runtime, labels={**instance.runtime.labels, **words["Labels"]}),
    )
    try:
        return sources.rendered(text.file, sources.data(swapped))
    except TemplateError:
        return None


def _fits(actual: str, neutral: str | None, values: tuple[_Value, ...]) -> bool:
    words = {one.placeholder: one.text for one in values}
    found = outlines.outline(actual)
    if neutral is not None:
        twin = outlines.outline(neutral)
        if _with(neutral, words) == actual:
            return outlines.holds(twin, found, words)
        if outlines.alike(twin, found):
            return True
    return all(_brought(actual, found, neutral, one) for one in values)


def _brought(actual: str, found: Outline | None, neutral: str | None, value: _Value) -> bool:
    """Return whether what a value brought into the text, whole or by lines, stayed text."""
    for piece in sorted({value.text, value.text.strip(), *map(str.strip, value.text.splitlines())}, key=len, reverse=True):
        if piece and piece in actual and not _HARMLESS.match(piece):
            twin = outlines.outline(actual.replace(piece, value.placeholder))
            return outlines.holds(twin, found, {value.placeholder: piece})
    if neutral is None or value.placeholder not in neutral.lower():
        return True  # the template decides by the value or takes it apart, and prints none of it as it is
    return all(map(outlines.is_text, re.split(r"[,;\s]+", value.text)))


def _with(neutral: str, words: Mapping[str, str]) -> str:
    # in one pass: a value may hold what looks like another's placeholder
    return re.sub("|".join(map(re.escape, words)), lambda match: words[match[0]], neutral)


def _problem(text: Text, value: _Value) -> Problem:
    noun = {"Params": "parameter", "Constants": "constant", "Labels": "runtime label"}[value.kind]
    what = f"the value of {noun} {value.name!r} changes what the document is made of, or does not arrive complete in it"
    fix = f'quote it in the template, `{{{{ {_path(value)} | printf "%q" }}}}` in place of the quotes, or change the value'
    return Problem(_first_use(text, value), what, fix)


def _first_use(text: Text, value: _Value) -> Spot:
    """Return where a template first uses a value; where that is hard to tell, the beginning of its file."""
    name = re.escape(value.name)
    use = re.compile(rf"(?:\.{value.kind}\.{name}(?![A-Za-z0-9_])|\b{value.kind}\b[^}}\n]*?[\"`]{name}[\"`])")
    for line, written in enumerate(text.file.text.split("\n"), text.file.line):
        if found := use.search(written):
            return Spot(text.file.name, line, found.start() + 1)
    return Spot(text.file.name, text.file.line)


def _path(value: _Value) -> str:
    return f".Builtins.Runtime.Labels.{value.name}" if value.kind == "Labels" else f".{value.kind}.{value.name}"
