"""Packages entered without their code: importing a large one means importing hundreds of modules for the sake of a few."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def enter(*names: str) -> bool:
    """Make what lies in packages importable, module by module, without running the packages' own code.

    They are put into sys.modules by hand: they have a search path and nothing in them. Never enter a package whose names
    somebody reads out of it; one that was imported before stays as it is. False where it is not installed.
    """
    found = importlib.util.find_spec(names[0].partition(".")[0])
    if found is None or found.origin is None:
        return False
    for name in names:
        if name not in sys.modules:
            package = ModuleType(name)
            package.__path__ = [str(Path(found.origin).parent.joinpath(*name.split(".")[1:]))]
            sys.modules[name] = package
    return True
