"""The template of a channel group: a partial channel, kept as typed until a runtime fills it in."""

from typing import Annotated

from pydantic import Field

from delivery.document import Node
from delivery.shapes.base import PLACED, Shape


class ReleaseChannelTemplate(Shape):
    """A partial channel. `delivery.groups` fills it in and checks the result as a channel."""

    node: Annotated[Node, PLACED, Field(exclude=True, repr=False)]
    """The block as typed: its keys and the types of its values are checked, its rules not yet."""
