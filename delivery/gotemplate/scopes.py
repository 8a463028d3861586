"""The variables of one template: which name means which, from where to where."""

from __future__ import annotations


class Scope:
    """Gives every declaration a slot of its own, so that running needs no names.

    Slot 0 is `$`; slot 1 is no variable, there the rendering keeps its own state.
    """

    def __init__(self) -> None:
        self._visible: dict[str, list[int]] = {"$": [0]}
        self._order: list[str] = []
        self._outer = [-1, -1]

    def mark(self) -> int:
        """Return the present state, for `back_to`."""
        return len(self._order)

    def back_to(self, mark: int) -> None:
        """Forget the variables declared since; the block they belong to has ended."""
        while len(self._order) > mark:
            self._visible[self._order.pop()].pop()

    def declare(self, name: str) -> int:
        """Return the slot of a new variable, which hides one of the same name."""
        slots = self._visible.setdefault(name, [])
        self._outer.append(slots[-1] if slots else -1)
        slots.append(len(self._outer) - 1)
        self._order.append(name)
        return slots[-1]

    def assigned(self, name: str) -> int:
        """Return the slot to assign to. A name that nobody declared is an error only when the assignment runs."""
        slots = self._visible.get(name)
        return slots[-1] if slots else self.declare(name)

    def never(self) -> int:
        """Return the slot of a variable that is used in its own declaration: nothing ever sets it."""
        self._outer.append(-1)
        return len(self._outer) - 1

    def find(self, name: str) -> int | None:
        """Return a variable's slot, or None where the name is unknown."""
        slots = self._visible.get(name)
        return slots[-1] if slots else None

    def names(self) -> list[str]:
        """Return the names known here."""
        return [name for name, slots in self._visible.items() if slots]

    def outer(self) -> tuple[int, ...]:
        """Return, for each slot, the one it hides, or -1."""
        return tuple(self._outer)
