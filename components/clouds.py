"""The only table of types: what a stack file may name, and what makes it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi

from components.interfaces import Account, Registry, Runtime
from delivery.shapes.infrastructure import RegistrySettings, RuntimeSettings
from delivery.supply import Supply

if TYPE_CHECKING:
    from delivery.shapes.aws import EcrRegistry, EksRuntime
    from delivery.shapes.azure import AcrRegistry, AksRuntime
    from delivery.shapes.gcp import ArtifactRegistry, GkeRuntime
    from delivery.shapes.linked import ExternalRegistry, KubeconfigRuntime
    from delivery.shapes.local import LocalRuntime

Within = pulumi.ResourceOptions | None
"""The provider of the account that something is made in."""


def account(settings: RuntimeSettings | RegistrySettings) -> Account | None:
    """Return the account that a runtime or registry is made in; None where it is made in none.

    It needs little of its cloud's SDK, which takes a second to load.
    """
    enter = _ACCOUNTS.get(settings.type)
    return enter(f"{settings.type}-{settings.name}", settings) if enter else None


def runtime(settings: RuntimeSettings, root: Path, supply: Supply, entered: Account | None = None) -> Runtime:
    """Return the runtime that a stack file describes, in its account where somebody has entered that already.

    A cloud's SDK is imported when a stack asks for that cloud.
    """
    return _RUNTIMES[settings.type](settings, _within(entered or account(settings)), root, supply)


def registry(settings: RegistrySettings, supply: Supply, entered: Account | None = None) -> Registry:
    """Return the registry that a stack file describes, in its account where somebody has entered that already."""
    return _REGISTRIES[settings.type](settings, _within(entered or account(settings)), supply)


def _within(entered: Account | None) -> pulumi.ResourceOptions | None:
    return pulumi.ResourceOptions(providers=[entered.provider]) if entered else None


def _aws(name: str, settings: EksRuntime | EcrRegistry) -> Account:
    from components.aws.account import Account, AccountArgs

    return Account(name, AccountArgs(settings=settings.account))


def _gcp(name: str, settings: GkeRuntime | ArtifactRegistry) -> Account:
    from components.gcp.account import Account, AccountArgs

    return Account(name, AccountArgs(settings=settings.account))


def _azure(name: str, settings: AksRuntime | AcrRegistry) -> Account:
    from components.azure.account import Account, AccountArgs

    return Account(name, AccountArgs(settings=settings.account))


def _local(settings: LocalRuntime, _: Within, root: Path, __: Supply) -> Runtime:
    from components.local.runtime import Runtime, RuntimeArgs

    directory = root / (settings.directory or ".pvn")
    args = RuntimeArgs(directory=directory.resolve(), nodes=settings.nodes, protect=settings.protect)
    return Runtime(settings.name, args)


def _kubeconfig(settings: KubeconfigRuntime, _: Within, root: Path, __: Supply) -> Runtime:
    from components.linked.runtime import Runtime, RuntimeArgs

    # a user that is not there stays as written, and the file is not found
    path = root / os.path.expanduser(settings.path)  # noqa: PTH111
    return Runtime(settings.name, RuntimeArgs(kubeconfig=path, context=settings.context))


def _eks(settings: EksRuntime, within: Within, _: Path, __: Supply) -> Runtime:
    from components.aws.runtime import Runtime, RuntimeArgs

    return Runtime(settings.name, RuntimeArgs(settings=settings), within)


def _gke(settings: GkeRuntime, within: Within, _: Path, supply: Supply) -> Runtime:
    from components.gcp.runtime import Runtime, RuntimeArgs
    from delivery.shapes.gcp import ArtifactRegistry

    sources = [one for one in supply.sources[settings.name] if isinstance(one, ArtifactRegistry)]
    return Runtime(settings.name, RuntimeArgs(settings=settings, sources=sources), within)


def _aks(settings: AksRuntime, within: Within, _: Path, supply: Supply) -> Runtime:
    from components.azure.runtime import Runtime, RuntimeArgs
    from delivery.shapes.azure import AcrRegistry

    sources = [one for one in supply.sources[settings.name] if isinstance(one, AcrRegistry)]
    return Runtime(settings.name, RuntimeArgs(settings=settings, sources=sources), within)


def _external(settings: ExternalRegistry, _: Within, __: Supply) -> Registry:
    from components.linked.registry import Registry, RegistryArgs

    return Registry(settings.name, RegistryArgs(url=settings.url))


def _ecr(settings: EcrRegistry, within: Within, supply: Supply) -> Registry:
    from components.aws.registry import Registry, RegistryArgs
    from delivery.shapes.aws import EksRuntime

    pullers = [one for one in supply.pullers[settings.name] if isinstance(one, EksRuntime)]
    args = RegistryArgs(settings=settings, repositories=supply.repositories[settings.name], pullers=pullers)
    return Registry(settings.name, args, within)


def _artifact_registry(settings: ArtifactRegistry, within: Within, _: Supply) -> Registry:
    from components.gcp.registry import Registry, RegistryArgs

    return Registry(settings.name, RegistryArgs(settings=settings), within)


def _acr(settings: AcrRegistry, within: Within, _: Supply) -> Registry:
    from components.azure.registry import Registry, RegistryArgs

    return Registry(settings.name, RegistryArgs(settings=settings), within)


_ACCOUNTS: Mapping[str, Callable[..., Account]] = {
    "acr": _azure,
    "aks": _azure,
    "artifact-registry": _gcp,
    "ecr": _aws,
    "eks": _aws,
    "gke": _gcp,
}
_RUNTIMES: Mapping[str, Callable[..., Runtime]] = {
    "aks": _aks,
    "eks": _eks,
    "gke": _gke,
    "kubeconfig": _kubeconfig,
    "local": _local,
}
_REGISTRIES: Mapping[str, Callable[..., Registry]] = {
    "acr": _acr,
    "artifact-registry": _artifact_registry,
    "ecr": _ecr,
    "external": _external,
}
