"""The manifests of an instance as text: each file's template rendered by itself, so that none can break another."""

from __future__ import annotations

import re
from collections.abc import Iterator

from delivery import gotemplate
from delivery.gotemplate import TemplateError
from delivery.instances import ManifestFile, ServiceInstance
from delivery.manifests.places import Text
from delivery.problems import Problem, Spot
from delivery.variables import Variables, variables

Data = Variables

_SAYING = re.compile(r"^(?!(?:---|\.\.\.)\s*$)[ \t\r]*[^\s#]", re.MULTILINE)
"""A line that is no comment, no separator and not blank."""


def data(instance: ServiceInstance) -> Data:
    """Return what the templates of an instance may use."""
    return variables(instance.channel, instance.runtime, instance.parameters, instance.constants)


def texts(instance: ServiceInstance, given: Data, problems: list[Problem]) -> Iterator[Text]:
    """Yield the rendered files, sorted by name. What is wrong with a template goes to `problems`.

    A file that holds nothing has lost what was in it; one whose actions bring nothing in this channel is as it should be.
    """
    for file in sorted(instance.manifests, key=lambda one: (one.name, one.line)):
        if not _SAYING.search(file.text) and "{{" not in file.text:
            at = Spot(file.name, file.line if file.line > 1 else 0)
            problems.append(Problem(at, "the manifest holds no object", "write one, or take the manifest away"))
            continue
        try:
            yield Text(file, rendered(file, given), given)
        except TemplateError as wrong:
            problems.append(Problem(Spot(file.name, wrong.line + file.line - 1, wrong.column), wrong.what, wrong.fix))


def rendered(file: ManifestFile, given: Data) -> str:
    """Return the text that a file's template makes of the data. Raises TemplateError."""
    return gotemplate.render(file.text, given, name=file.name, complaints=False)
