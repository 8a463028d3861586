"""A stack's runtimes and registries, and what its next update needs to know of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
from msgspec import Struct

from components import clouds, kubernetes
from components.interfaces import Account, Registry, Runtime
from delivery.blueprints import Blueprint
from delivery.foundations import Foundation, Part
from delivery.shapes.infrastructure import RegistrySettings, RuntimeSettings
from delivery.supply import Supply


class Place(Struct, frozen=True):
    """A runtime, and how objects get onto it."""

    runtime: Runtime
    provider: pulumi.ProviderResource
    is_protected: bool


class Made(Struct, frozen=True):
    """Everything that services are built upon, and its outputs."""

    places: Mapping[str, Place]
    """By the name of the runtime."""
    outputs: Mapping[str, Any]


def make(foundation: Foundation, root: Path, supply: Supply, entered: Mapping[str, Account]) -> Made:
    """Register the runtimes and registries of a stack, in accounts that were entered before, by the name of their change."""
    places: dict[str, Place] = {}
    urls: dict[str, pulumi.Output[str]] = {}
    histories: dict[str, Any] = {}
    for part in foundation.parts:
        match part.blueprint:
            case None:
                continue
            case Blueprint(settings=RuntimeSettings() as settings):
                runtime = clouds.runtime(settings, root, supply, entered.get(part.change.name))
                places[settings.name] = Place(runtime, kubernetes.provider(settings.name, runtime), settings.protect)
                histories[part.change.name] = _history(part, runtime)
            case Blueprint(settings=RegistrySettings() as settings):
                registry = clouds.registry(settings, supply, entered.get(part.change.name))
                urls[settings.name] = registry.url
                histories[part.change.name] = _history(part, registry)
    outputs = {
        "runtimes": {name: {"kubeconfig": place.runtime.kubeconfig} for name, place in places.items()},
        "registries": urls,
        "infrastructure": histories,
        # no secret, but nothing that a person wants to see on every update
        "settings": pulumi.Output.secret(dict(foundation.texts)),
    }
    return Made(places, outputs)


def _history(part: Part, made: Runtime | Registry) -> dict[str, Any]:
    """Return the history that the next update reads.

    `current` comes back from the engine itself: what it keeps once everything of the runtime or registry has applied,
    unknown where something failed, and what it was before where the update left it out.
    """
    assert part.blueprint is not None
    assert isinstance(made, pulumi.Resource)
    digest = part.blueprint.digest
    completed = pulumi.Stash(part.change.name, pulumi.ResourceOptions(depends_on=[made]), input=digest)
    return {"current": completed.input, "last": part.built.completed, "begun": digest}
