"""The only table of types: what a stack file may name, and what makes it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pulumi

from components.interfaces import Registry, Runtime
from delivery.shapes import (
    AcrRegistry,
    AksRuntime,
    ArtifactRegistry,
    EcrRegistry,
    EksRuntime,
    ExternalRegistry,
    GkeRuntime,
    KubeconfigRuntime,
    LocalRuntime,
    RegistrySettings,
    RuntimeSettings,
)
from delivery.supply import Supply


def runtime(settings: RuntimeSettings, root: Path, supply: Supply) -> Runtime:
    """Return the runtime that a stack file describes. A cloud's SDK is imported when a stack asks for that cloud."""
    return _RUNTIMES[type(settings)](settings, root, supply)


def registry(settings: RegistrySettings, supply: Supply) -> Registry:
    """Return the registry that a stack file describes."""
    return _REGISTRIES[type(settings)](settings, supply)


def _local(settings: LocalRuntime, root: Path, _: Supply) -> Runtime:
    from components.local.runtime import Runtime, RuntimeArgs

    directory = root / (settings.directory or ".pvn")
    args = RuntimeArgs(directory=directory.resolve(), nodes=settings.nodes, protect=settings.protect)
    return Runtime(settings.name, args)


def _kubeconfig(settings: KubeconfigRuntime, root: Path, _: Supply) -> Runtime:
    from components.linked.runtime import Runtime, RuntimeArgs

    # a user that is not there stays as written, and the file is not found
    path = root / os.path.expanduser(settings.path)  # noqa: PTH111
    return Runtime(settings.name, RuntimeArgs(kubeconfig=path, context=settings.context))


def _eks(settings: EksRuntime, _: Path, __: Supply) -> Runtime:
    from components.aws.account import Account, AccountArgs
    from components.aws.runtime import Runtime, RuntimeArgs

    account = Account(f"eks-{settings.name}", AccountArgs(settings=settings.account))
    return Runtime(settings.name, RuntimeArgs(settings=settings), pulumi.ResourceOptions(providers=[account.provider]))


def _gke(settings: GkeRuntime, _: Path, supply: Supply) -> Runtime:
    from components.gcp.account import Account, AccountArgs
    from components.gcp.runtime import Runtime, RuntimeArgs

    account = Account(f"gke-{settings.name}", AccountArgs(settings=settings.account))
    sources = [one for one in supply.sources[settings.name] if isinstance(one, ArtifactRegistry)]
    args = RuntimeArgs(settings=settings, sources=sources)
    return Runtime(settings.name, args, pulumi.ResourceOptions(providers=[account.provider]))


def _aks(settings: AksRuntime, _: Path, supply: Supply) -> Runtime:
    from components.azure.account import Account, AccountArgs
    from components.azure.runtime import Runtime, RuntimeArgs

    account = Account(f"aks-{settings.name}", AccountArgs(settings=settings.account))
    sources = [one for one in supply.sources[settings.name] if isinstance(one, AcrRegistry)]
    args = RuntimeArgs(settings=settings, sources=sources)
    return Runtime(settings.name, args, pulumi.ResourceOptions(providers=[account.provider]))


def _external(settings: ExternalRegistry, _: Supply) -> Registry:
    from components.linked.registry import Registry, RegistryArgs

    return Registry(settings.name, RegistryArgs(url=settings.url))


def _ecr(settings: EcrRegistry, supply: Supply) -> Registry:
    from components.aws.account import Account, AccountArgs
    from components.aws.registry import Registry, RegistryArgs

    account = Account(f"ecr-{settings.name}", AccountArgs(settings=settings.account))
    pullers = [one for one in supply.pullers[settings.name] if isinstance(one, EksRuntime)]
    args = RegistryArgs(settings=settings, repositories=supply.repositories[settings.name], pullers=pullers)
    return Registry(settings.name, args, pulumi.ResourceOptions(providers=[account.provider]))


def _artifact_registry(settings: ArtifactRegistry, _: Supply) -> Registry:
    from components.gcp.account import Account, AccountArgs
    from components.gcp.registry import Registry, RegistryArgs

    account = Account(f"artifact-registry-{settings.name}", AccountArgs(settings=settings.account))
    opts = pulumi.ResourceOptions(providers=[account.provider])
    return Registry(settings.name, RegistryArgs(settings=settings), opts)


def _acr(settings: AcrRegistry, _: Supply) -> Registry:
    from components.azure.account import Account, AccountArgs
    from components.azure.registry import Registry, RegistryArgs

    account = Account(f"acr-{settings.name}", AccountArgs(settings=settings.account))
    opts = pulumi.ResourceOptions(providers=[account.provider])
    return Registry(settings.name, RegistryArgs(settings=settings), opts)


_RUNTIMES: Mapping[type, Callable[..., Runtime]] = {
    LocalRuntime: _local,
    KubeconfigRuntime: _kubeconfig,
    EksRuntime: _eks,
    GkeRuntime: _gke,
    AksRuntime: _aks,
}
_REGISTRIES: Mapping[type, Callable[..., Registry]] = {
    ExternalRegistry: _external,
    EcrRegistry: _ecr,
    ArtifactRegistry: _artifact_registry,
    AcrRegistry: _acr,
}
