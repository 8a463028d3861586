"""A machine of one's own in a stack file: clusters that are made and removed with their stack."""

from typing import Annotated, Literal

from pydantic import AfterValidator, WithJsonSchema

from delivery.shapes.base import OF_ENVIRONMENT
from delivery.shapes.infrastructure import RuntimeSettings
from delivery.shapes.values import NonEmpty, broken


def _nodes(count: int) -> int:
    if 1 <= count <= 100:
        return count
    raise broken("is too many or too few", "write a number from 1 to 100")


class LocalRuntime(RuntimeSettings):
    """A cluster on this machine, made and removed with the stack."""

    type: Literal["local"]
    nodes: Annotated[int, AfterValidator(_nodes), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 100})] = 2
    """Simulated nodes: pods are scheduled onto them as onto real ones."""
    directory: Annotated[NonEmpty | None, OF_ENVIRONMENT] = None
    """Where the cluster keeps its files; unset means a folder of the program's choice."""
