"""What has to hold before a stack's own runtimes and registries may change."""

from typing import Annotated

from delivery.shapes.base import NeverNull, OneOf, Shape
from delivery.shapes.values import Approvers, NonEmpty


class StackApproval(Shape):
    """People say yes to exactly these settings."""

    min_approvers: Approvers = 1
    """How many distinct people."""


class StackPrecondition(Shape):
    """One gate in front of a stack's runtimes and registries: exactly one key."""

    one_of = (
        OneOf(
            ("stack_stable", "manual_approval"),
            why="an empty precondition would be no gate at all",
            fix="write `manualApproval: {}` or `stackStable: …` with the name of a stack, or take the item out",
        ),
    )

    stack_stable: Annotated[NonEmpty | None, NeverNull("the name of a stack")] = None
    """The stack in which the same settings are completed, on a runtime that is live and healthy now."""
    manual_approval: Annotated[StackApproval | None, NeverNull("{}")] = None
    """People who sign for the settings."""
