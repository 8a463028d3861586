"""The manifests of an instance as text: each file's template rendered by itself, so that none can break another."""

from __future__ import annotations

from collections.abc import Iterator

from delivery import gotemplate
from delivery.gotemplate import TemplateError
from delivery.instances import ManifestFile, ServiceInstance
from delivery.manifests.places import Text
from delivery.problems import Problem, Spot
from delivery.variables import Variables, variables

Data = Variables


def data(instance: ServiceInstance) -> Data:
    """Return what the templates of an instance may use."""
    return variables(instance.channel, instance.runtime, instance.parameters, instance.constants)


def texts(instance: ServiceInstance, given: Data, problems: list[Problem]) -> Iterator[Text]:
    """Yield the rendered files, sorted by name. What is wrong with a template goes to `problems`."""
    for file in sorted(instance.manifests, key=lambda one: (one.name, one.line)):
        try:
            yield Text(file, rendered(file, given))
        except TemplateError as wrong:
            problems.append(Problem(Spot(file.name, wrong.line + file.line - 1, wrong.column), wrong.what, wrong.fix))


def rendered(file: ManifestFile, given: Data) -> str:
    """Return the text that a file's template makes of the data. Raises TemplateError."""
    return gotemplate.render(file.text, given, name=file.name, complaints=False)
