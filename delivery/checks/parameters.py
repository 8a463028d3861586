"""Parameters, of services and of protections: each once, and images from registries that exist."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from delivery.checks.duplicates import duplicates
from delivery.problems import Problem, suggestion
from delivery.shapes.parameters import ImageRegistryInfo, ParameterDefinition


def problems(parameters: Sequence[ParameterDefinition], registries: Collection[str]) -> Iterator[Problem]:
    """Yield what is wrong with the definitions of parameters."""
    yield from duplicates("parameter", ((one.name, one.spot("name")) for one in parameters))
    for one in parameters:
        image = one.docker_image
        if image is None:
            continue
        yield from registry(image.image_registry_info, registries)
        if not one.required and not image.default_tag:
            fix = "add required: true, or dockerImage: {defaultTag: …}"
            yield Problem(one.at, f"the image {one.name!r} is neither required nor has a default", fix)


def registry(info: ImageRegistryInfo, registries: Collection[str]) -> Iterator[Problem]:
    """Yield the problem of an image from a registry that nobody declares."""
    name = info.container_registry
    if name not in registries:
        what = f"no stack file declares a registry {name!r}"
        yield Problem(info.spot("container_registry"), what, suggestion(name, registries, "registries"))
