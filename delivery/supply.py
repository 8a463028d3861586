"""Images on their way: which registry has to hold which of them, and which runtimes pull from it.

All of it follows from the tree and the stack files beside one another, so that registries and runtimes can live in
stacks and accounts of their own, and neither has to wait for what the other one has made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from delivery import protections
from delivery.shapes.infrastructure import RegistrySettings, RuntimeSettings
from delivery.shapes.parameters import ImageRegistryInfo
from delivery.shapes.protection import ProtectionConfig
from delivery.shapes.service import ServiceConfig
from delivery.tree import Tree


class Supply(Struct, frozen=True):
    """What registries hold, and for whom."""

    repositories: Mapping[str, tuple[str, ...]]
    """The images that services name, sorted, by registry."""
    pullers: Mapping[str, tuple[RuntimeSettings, ...]]
    """The runtimes that run them, sorted by name, by registry."""
    sources: Mapping[str, tuple[RegistrySettings, ...]]
    """The registries that its nodes pull from, sorted by name, by runtime."""


def supply(tree: Tree) -> Supply:
    """Return what a tree's registries hold and which runtimes pull from them.

    Names that nobody declares are left out: the checks say them, and want to say the rest at the same time.
    """
    registries = {one.name: one for _, stack in sorted(tree.stacks.items()) for one in stack.registries}
    runtimes = {one.name: one for stack in tree.stacks.values() for one in stack.runtimes}
    held: dict[str, set[str]] = {name: set() for name in registries}
    pulled: set[tuple[str, str]] = set()
    for service in tree.services.values():
        for registry, image in (*images(service), *_checking(tree, service)):
            held.setdefault(registry, set()).add(image)
            pulled |= {(registry, runtime) for runtime in _runtimes(tree, service)}
    return Supply(
        repositories={name: tuple(sorted(held[name])) for name in registries},
        pullers={name: tuple(runtimes[one] for one in sorted(runtimes) if (name, one) in pulled) for name in registries},
        sources={name: tuple(registries[one] for one in sorted(registries) if (one, name) in pulled) for name in runtimes},
    )


def images(owner: ServiceConfig | ProtectionConfig) -> Iterator[tuple[str, str]]:
    """Yield the registry and the repository of each image that a service, or a protection, takes as a parameter."""
    for parameter in owner.parameters:
        if parameter.docker_image:
            yield _place(parameter.docker_image.image_registry_info)


def _place(info: ImageRegistryInfo) -> tuple[str, str]:
    return info.container_registry, info.image_repository.strip("/")


def _checking(tree: Tree, service: ServiceConfig) -> Iterator[tuple[str, str]]:
    """Yield the same of each image that the protections of a service run beside it."""
    application = tree.applications.get(service.application)
    own = {one.release_channel: one for one in service.per_release_channel}
    for channel in application.release_channels if application else ():
        for attachment in protections.attached(channel, own.get(channel.name)):
            if (protection := tree.protections.get(attachment.ref.name)) is not None:
                yield from images(protection)
                program = protection.task_config.program if protection.task_config else None
                if program and program.image_registry_info:
                    yield _place(program.image_registry_info)


def _runtimes(tree: Tree, service: ServiceConfig) -> set[str]:
    application = tree.applications.get(service.application)
    channels = application.release_channels if application else ()
    return {runtime.runtime for channel in channels for runtime in channel.runtimes}
