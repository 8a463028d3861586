"""Stacks for these tests, as people would write them: read by the strict reader, made by the table of clouds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from components import clouds, kubernetes
from components.interfaces import Registry, Runtime
from delivery import document, stacks
from delivery.shapes.infrastructure import RegistrySettings, RuntimeSettings
from delivery.shapes.stack import Stack
from delivery.supply import Supply


def stack(text: str) -> Stack:
    """Return the stack of a stack file's `config:`."""
    body = "\n".join(f"  {line}" for line in text.splitlines())
    found, problems = stacks.read(document.load(f"config:\n{body}\n", "Pulumi.here.yaml"), "Pulumi.here.yaml")
    assert not problems, "\n".join(map(str, problems))
    assert found is not None
    return found


def runtime(text: str) -> RuntimeSettings:
    """Return the settings of one runtime."""
    (one,) = stack(f"pvn:runtimes:\n- {_below(text)}").runtimes
    return one


def registry(text: str) -> RegistrySettings:
    """Return the settings of one registry."""
    (one,) = stack(f"pvn:registries:\n- {_below(text)}").registries
    return one


def _below(text: str) -> str:
    return text.strip().replace("\n", "\n  ")


def making_runtime(
    settings: RuntimeSettings, *sources: RegistrySettings, kept: list[Runtime] | None = None
) -> Callable[[], None]:
    """Return a program that makes a runtime and the provider of its objects."""

    def program() -> None:
        supply = Supply({}, {}, {settings.name: sources})
        made = clouds.runtime(settings, Path(), supply)
        kubernetes.provider(settings.name, made)
        if kept is not None:
            kept.append(made)

    return program


def making_registry(
    settings: RegistrySettings,
    images: tuple[str, ...],
    pullers: tuple[RuntimeSettings, ...] = (),
    kept: list[Registry] | None = None,
) -> Callable[[], None]:
    """Return a program that makes a registry."""

    def program() -> None:
        made = clouds.registry(settings, Supply({settings.name: images}, {settings.name: pullers}, {}))
        if kept is not None:
            kept.append(made)

    return program
