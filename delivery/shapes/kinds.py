"""Shapes told apart by one key, each loaded when the first such block is read: a tree in one cloud knows no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Generic, TypeVar

from delivery.shapes.base import Shape

S = TypeVar("S", bound=Shape)


class Kinds(Mapping[str, type[S]], Generic[S]):
    """The shape of each kind, from the places of the classes, such as `aws.EksRuntime` of this package."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places

    def __getitem__(self, kind: str) -> type[S]:
        module, _, name = self._places[kind].partition(".")
        found: type[S] = getattr(import_module(f"{__package__}.{module}"), name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
