"""What templates may use, in manifests and in the strings of a configuration alike."""

from __future__ import annotations

from collections.abc import Mapping

from delivery import gotemplate
from delivery.instances import ParameterValue, Runtime
from delivery.problems import Problem, Refused, Spot

Variables = dict[str, object]


def variables(
    channel: str, runtime: Runtime, parameters: Mapping[str, ParameterValue], constants: Mapping[str, str]
) -> Variables:
    """Return the variables of one service in one channel."""
    return {
        "Params": dict(parameters),
        "Constants": dict(constants),
        "Builtins": {
            "ReleaseChannel": {"Name": channel},
            "Runtime": {"Name": runtime.name, "Labels": dict(runtime.labels)},
        },
    }


def fill(text: str, given: Variables, at: Spot) -> str:
    """Return a string of the configuration with its template filled in. Raises Refused, at the string's place."""
    if "{{" not in text:
        return text
    try:
        return gotemplate.render(text, given, complaints=False)
    except gotemplate.TemplateError as wrong:
        raise Refused([Problem(at, f"in this template: {wrong.what}", wrong.fix)]) from None
