"""Runtimes and registries in a stack file that exist already, and that the program uses as they are."""

from typing import Annotated, Literal

from pydantic import AfterValidator

from delivery.shapes.base import OF_ENVIRONMENT
from delivery.shapes.infrastructure import RegistrySettings, RuntimeSettings
from delivery.shapes.values import NonEmpty, broken


def _without_scheme(url: str) -> str:
    host = url.split("://", 1)[-1].rstrip("/")
    if not host or any(character.isspace() for character in host):
        raise broken("is no address of a registry", "write its host, such as docker.io")
    return host


class KubeconfigRuntime(RuntimeSettings):
    """A cluster that exists already."""

    type: Literal["kubeconfig"]
    path: Annotated[NonEmpty, OF_ENVIRONMENT]
    """The kubeconfig file."""
    context: Annotated[NonEmpty | None, OF_ENVIRONMENT] = None
    """Unset means the file's current context."""


class ExternalRegistry(RegistrySettings):
    """A registry that exists already."""

    type: Literal["external"]
    url: Annotated[NonEmpty, AfterValidator(_without_scheme)]
    """Host, and path if any: no scheme, no slash at the end."""
