"""One .pvn.yaml file."""

from typing import Annotated

from delivery.shapes.application import ApplicationConfig
from delivery.shapes.base import METADATA, OneOf, Shape
from delivery.shapes.metadata import ApplicationUserMetadata, ServiceUserMetadata
from delivery.shapes.protection import ProtectionConfig
from delivery.shapes.runtime import ClusterConfig
from delivery.shapes.service import ServiceConfig


class ProdvanaConfig(Shape):
    """One object, and optionally what people should know of it."""

    one_of = (
        OneOf(("application", "service", "protection", "runtime"), why="the file describes nothing"),
        OneOf(("application_metadata", "service_metadata"), needed=False),
    )

    application: ApplicationConfig | None = None
    service: ServiceConfig | None = None
    protection: ProtectionConfig | None = None
    runtime: ClusterConfig | None = None
    application_metadata: Annotated[ApplicationUserMetadata | None, METADATA] = None
    service_metadata: Annotated[ServiceUserMetadata | None, METADATA] = None
