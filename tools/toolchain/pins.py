"""What is wanted: the tools and modules of pins.toml, and the locked dependencies beside it."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[1]
"""The folder that holds the project's own pins.toml and modules/."""

RECIPE = "1"
"""Part of the key: raise it when the way of building changes and old results must not be used any more."""


@dataclass(frozen=True, kw_only=True)
class Tool:
    """One program."""

    name: str
    """What it is called on PATH."""
    module: str
    """The name of the module it is built from."""
    package: str
    """The Go package of its main function."""
    least: tuple[int, ...] = ()
    """The first version that is good; the next major version is not."""
    version: tuple[str, ...] = ()
    """The arguments that make it say its version. None: it cannot, so what is on PATH is never used."""
    brought: str = ""
    """The tool that fetches this one itself, where that one is used from PATH."""
    together: str = ""
    """Tools with the same word are used from PATH all or none, and only in one version."""


@dataclass(frozen=True, kw_only=True)
class Embed:
    """A file of a module that its program embeds."""

    source: str
    """Its path inside the module. JSON."""
    values: Mapping[str, Any]
    """What to set at its top level."""


@dataclass(frozen=True, kw_only=True)
class Module:
    """One Go module, with the dependencies of its own that modules/<name>/go.mod and go.sum lock."""

    name: str
    path: str
    version: str
    stamp: Mapping[str, str]
    """Variables of the program to set while linking: without a version the Automation API refuses pulumi."""
    replace: str
    """The version for each module that the module's own go.mod replaces by a folder. Empty: none."""
    seeds: tuple[str, ...]
    """Hashes of the module itself, as they follow path and version in go.sum."""
    embed: Mapping[str, Embed]
    """Files to put beside main.go before building, by name."""

    @property
    def link_flags(self) -> str:
        """Return the linker's options: no symbols, which are half of each program, and the stamps."""
        return " ".join(["-s -w", *(f"-X {name}={value}" for name, value in self.stamp.items())])


@dataclass(frozen=True)
class Pins:
    """Everything wanted, from one folder."""

    folder: Path

    @cached_property
    def _data(self) -> dict[str, Any]:
        return tomllib.loads((self.folder / "pins.toml").read_text("utf-8"))

    @property
    def go(self) -> tuple[int, ...]:
        """Return the least version of Go that builds the modules."""
        return numbers(self._data["go"])

    @cached_property
    def tools(self) -> tuple[Tool, ...]:
        """Return every tool, in the order of the file."""
        return tuple(_tool(name, data) for name, data in self._data["tool"].items())

    @cached_property
    def modules(self) -> Mapping[str, Module]:
        """Return every module by its name."""
        return {name: _module(name, data) for name, data in self._data["module"].items()}

    def locked(self, module: str) -> Path:
        """Return the folder with a module's go.mod and go.sum."""
        return self.folder / "modules" / module

    def digest(self, module: str) -> str:
        """Return a hash of everything that a module's tools are built from. Another one means other programs."""
        packages = {tool.name: tool.package for tool in self.tools if tool.module == module}
        said = json.dumps([RECIPE, self._data["module"][module], packages], sort_keys=True)
        hashed = hashlib.sha256(said.encode())
        for file in sorted(one for one in self.locked(module).glob("*") if one.is_file()):
            hashed.update(f"\0{file.name}\0{file.stat().st_size}\0".encode())
            hashed.update(file.read_bytes())
        return hashed.hexdigest()

    @cached_property
    def whole(self) -> str:
        """Return a hash of everything that is wanted: every module, and what is good enough on PATH."""
        tools = json.dumps(self._data["tool"], sort_keys=True)
        return hashlib.sha256(" ".join([tools, *map(self.digest, self.modules)]).encode()).hexdigest()


def numbers(version: str) -> tuple[int, ...]:
    """Return 1.26.8 as (1, 26, 8)."""
    return tuple(int(part) for part in version.split("."))


def _tool(name: str, data: dict[str, Any]) -> Tool:
    return Tool(
        name=name,
        module=data["module"],
        package=data["package"],
        least=numbers(data["least"]) if "least" in data else (),
        version=tuple(data.get("version", ())),
        brought=data.get("brought", ""),
        together=data.get("together", ""),
    )


def _module(name: str, data: dict[str, Any]) -> Module:
    return Module(
        name=name,
        path=data["path"],
        version=data["version"],
        stamp=data.get("stamp", {}),
        replace=data.get("replace", ""),
        seeds=tuple(data.get("seeds", ())),
        embed={file: Embed(source=one["from"], values=one["set"]) for file, one in data.get("embed", {}).items()},
    )
