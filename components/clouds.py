"""The only table of types: what a stack file may name, and what makes it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from components.interfaces import Registry, Runtime
from delivery.shapes import ExternalRegistry, KubeconfigRuntime, LocalRuntime, RegistrySettings, RuntimeSettings


def runtime(settings: RuntimeSettings, root: Path) -> Runtime:
    """Return the runtime that a stack file describes. A cloud's SDK is imported when a stack asks for that cloud."""
    return _RUNTIMES[type(settings)](settings, root)


def registry(settings: RegistrySettings) -> Registry:
    """Return the registry that a stack file describes."""
    return _REGISTRIES[type(settings)](settings)


def _local(settings: LocalRuntime, root: Path) -> Runtime:
    from components.local.runtime import Runtime, RuntimeArgs

    directory = root / (settings.directory or ".pvn")
    return Runtime(settings.name, RuntimeArgs(directory=directory.resolve(), nodes=settings.nodes))


def _kubeconfig(settings: KubeconfigRuntime, root: Path) -> Runtime:
    from components.linked.runtime import Runtime, RuntimeArgs

    # a user that is not there stays as written, and the file is not found
    path = root / os.path.expanduser(settings.path)  # noqa: PTH111
    return Runtime(settings.name, RuntimeArgs(kubeconfig=path, context=settings.context))


def _external(settings: ExternalRegistry) -> Registry:
    from components.linked.registry import Registry, RegistryArgs

    return Registry(settings.name, RegistryArgs(url=settings.url))


_RUNTIMES: Mapping[type, Callable[..., Runtime]] = {LocalRuntime: _local, KubeconfigRuntime: _kubeconfig}
_REGISTRIES: Mapping[type, Callable[..., Registry]] = {ExternalRegistry: _external}
