"""The parameter values of one service in one channel."""

from __future__ import annotations

from collections.abc import Mapping

from delivery import images
from delivery.gotemplate import Image
from delivery.instances import ParameterValue
from delivery.problems import Problem, Spot, suggestion
from delivery.shapes.fields import camel
from delivery.shapes.parameters import ParameterDefinition
from delivery.shapes.parameters import ParameterValue as Given
from delivery.shapes.protection import ProtectionConfig, ProtectionReference
from delivery.shapes.release import Release
from delivery.shapes.service import ServiceConfig
from delivery.shapes.values import WHOLE

Registries = Mapping[str, str]
"""Registry name to its url."""


def resolve(
    service: ServiceConfig, release: Release | None, channel: str, registries: Registries, problems: list[Problem]
) -> dict[str, ParameterValue]:
    """Return every parameter of a service in a channel; what cannot be resolved is added to the problems.

    The value for the channel wins over the value for all channels, which wins over the default.
    """
    values: dict[str, ParameterValue] = {}
    for definition in service.parameters:
        given, at = _given(service, release, channel, definition.name)
        try:
            value = _value(definition, given, registries)
        except ValueError as wrong:
            fix = "write a tag, a digest, or a full reference of that repository" if definition.docker_image else _FIX
            problems.append(Problem(at or definition.at, f"parameter {definition.name!r}: {wrong}", fix))
            continue
        if value is None:
            problems.append(_missing(service, release, channel, definition))
        else:
            values[definition.name] = value
    return values


def typed(definition: ParameterDefinition, text: str, registries: Registries) -> str | int:
    """Return the value that somebody has typed for a parameter. Raises ValueError, saying why, where it does not fit."""
    if definition.int is not None:
        try:
            return _whole(text)
        except ValueError:
            raise ValueError("it takes a whole number") from None
    if definition.docker_image:
        _image(definition, text, registries)
    return text


_DIGITS = 20
"""Of the longest number of 64 bits, with its sign."""


def arguments(
    protection: ProtectionConfig, reference: ProtectionReference, registries: Registries, problems: list[Problem]
) -> dict[str, ParameterValue]:
    """Return every parameter of a protection where it is referred to; what cannot be resolved is added to the problems."""
    known = {one.name: one for one in protection.parameters}
    given: dict[str, Given] = {}
    for one in reference.parameters:
        if one.name not in known:
            what = f"protection {protection.name!r} has no parameter {one.name!r}"
            problems.append(Problem(one.spot("name"), what, suggestion(one.name, known, "parameters")))
        elif one.name in given:
            what = f"parameter {one.name!r} has a value already, at {given[one.name].at}"
            problems.append(Problem(one.spot("name"), what, "keep one of the two"))
        given.setdefault(one.name, one)
    values: dict[str, ParameterValue] = {}
    for name, definition in known.items():
        at = given[name].at if name in given else reference.at
        try:
            value = _value(definition, _argument(definition, given.get(name)), registries)
        except ValueError as wrong:
            what = f"parameter {name!r} of protection {protection.name!r}: {wrong}"
            problems.append(Problem(at, what, f"write it as `{_typed(definition)}`"))
            continue
        if value is None:
            what = f"protection {protection.name!r} needs the parameter {name!r}, and nothing gives it here"
            problems.append(Problem(at, what, f"add parameters: [{{name: {name}, {_typed(definition)}}}]"))
        else:
            values[name] = value
    return values


def _typed(definition: ParameterDefinition) -> str:
    """Return how a value of a parameter is written where a protection is referred to."""
    return "dockerImageTag: …" if definition.docker_image else "int: …" if definition.int is not None else "string: …"


def _argument(definition: ParameterDefinition, given: Given | None) -> str | int | None:
    """Return what is given for a parameter, None where nothing is. Raises ValueError where it is of another type."""
    if given is None:
        return None
    value = given.docker_image_tag if definition.docker_image else given.int if definition.int is not None else given.string
    if value is None:
        kind = next(name for name in ("string", "docker_image_tag", "int") if getattr(given, name) is not None)
        raise ValueError(f"it has a value as `{camel(kind)}`")
    return value


_FIX = "write a value of the parameter's type; text needs quotes where YAML would read it as a number"


def _given(service: ServiceConfig, release: Release | None, channel: str, name: str) -> tuple[str | int | None, Spot | None]:
    found = release.services.get(service.name) if release else None
    if found is None:
        return None, None
    for one in found.per_release_channel:
        if one.release_channel == channel and name in one.parameters:
            return one.parameters[name], one.spot(f"parameters.{name}")
    if name in found.parameters:
        return found.parameters[name], found.spot(f"parameters.{name}")
    return None, None


def _value(definition: ParameterDefinition, given: str | int | None, registries: Registries) -> ParameterValue | None:
    """Return the value to use, None where a required one is missing. Raises ValueError where it does not fit."""
    if definition.docker_image:
        return _image(definition, given, registries)
    if definition.int is not None:
        value = _whole(given) if given is not None else definition.int.default_value
        # the format cannot tell a default of 0 from none at all
        return value or (None if definition.required and given is None else 0)
    if isinstance(given, int):
        raise ValueError(f"{given!r} is a number, the parameter is text")
    text = given if given is not None else (definition.string.default_value if definition.string else "")
    return text or (None if definition.required and given is None else "")


def _whole(given: str | int) -> int:
    """Return a number, which may be written as text: protobuf's JSON writes 64 bits so."""
    if isinstance(given, int):
        return given
    if not WHOLE.fullmatch(given) or len(given) > _DIGITS or not -(1 << 63) <= int(given) < 1 << 63:
        raise ValueError(f"{given!r} is not a whole number")
    return int(given)


def _image(definition: ParameterDefinition, given: str | int | None, registries: Registries) -> Image | None:
    docker = definition.docker_image
    assert docker is not None
    if isinstance(given, int):
        raise ValueError(f"{given!r} is a number, an image tag is text")
    value = given or docker.default_tag
    if not value:
        return None
    info = docker.image_registry_info
    return images.resolve(value, registries.get(info.container_registry, ""), info.image_repository)


def _missing(service: ServiceConfig, release: Release | None, channel: str, wanted: ParameterDefinition) -> Problem:
    application = service.application
    file = Spot(f"releases/{application}.yaml")
    found = release.services.get(service.name) if release else None
    at = found.at if found else release.at if release else file
    kind = "sha256:…" if wanted.docker_image else "…"
    return Problem(
        at,
        f"service {service.name!r} needs the parameter {wanted.name!r} in channel {channel!r}, and no release gives it",
        f"pvn release {application} --service {service.name} --param {wanted.name}={kind}",
    )
