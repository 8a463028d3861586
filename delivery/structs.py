"""Copies of structs, with other values in some of their fields.

msgspec's own `replace` takes any name and any value as far as a type checker knows. That of dataclasses does the same at the
place where it is written, and is checked against the fields, since a struct is declared as a dataclass is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import replace
else:
    from msgspec.structs import replace

__all__ = ("replace",)
