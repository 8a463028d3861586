"""`runtime` documents: what a tree says of a cluster. The clusters themselves are declared in the stack files."""

from typing import Annotated, Literal

from delivery.shapes.base import METADATA, Shape, enum
from delivery.shapes.metadata import ClusterMetadata
from delivery.shapes.parameters import LabelDefinition
from delivery.shapes.values import Name


class AutoRollbackConfig(Shape):
    """Whether a failed release goes back by itself."""

    disabled: bool = False


class ClusterConfig(Shape):
    """A cluster, by the name under which a stack file declares it."""

    name: Name
    cloud_provider: Annotated[
        Literal["EKS", "GKE", "AKS", "ONPREM", "OTHER_CLOUD"] | None,
        enum("UNKNOWN", "EKS", "GKE", "AKS", "ONPREM", "OTHER_CLOUD"),
    ] = None
    user_supplied_cluster_metadata: Annotated[ClusterMetadata | None, METADATA] = None
    labels: tuple[LabelDefinition, ...] = ()
    auto_rollback: AutoRollbackConfig | None = None
