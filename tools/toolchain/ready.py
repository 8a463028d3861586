"""Make every tool ready: look, choose, build, link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.toolchain import builds, cache, choices, go, links, lock, memory
from tools.toolchain.choices import Choice
from tools.toolchain.found import MEMORY
from tools.toolchain.pins import HERE, Pins, Tool
from tools.toolchain.progress import Progress

ROOT = HERE.parent
"""The checkout."""


@dataclass(frozen=True)
class Toolchain:
    """The tools of one checkout."""

    root: Path = ROOT
    """The checkout: its virtual environment runs the language host."""
    pins: Pins = field(default_factory=lambda: Pins(HERE))
    progress: Progress = field(default_factory=Progress)

    @property
    def folder(self) -> Path:
        """Return where the checkout keeps its tools: inside its virtual environment, with which they come and go."""
        return self.root / ".venv" / "toolchain"

    @property
    def bin(self) -> Path:
        """Return the folder to put first on PATH."""
        return self.folder / "bin"

    def ensure(self) -> Path:
        """Make every tool ready and return the folder to put first on PATH.

        Takes a few milliseconds where nothing has changed, and up to half an hour where everything must be built.
        Raises Trouble.
        """
        there = choices.look(self.pins.tools)
        if not self._is_ready(there):
            with lock.only_one(self.folder / "lock", str(self.root), self.progress):
                if not self._is_ready(there):
                    self._make_ready(there)
        return self.bin

    def _is_ready(self, there: dict[str, str]) -> bool:
        was = memory.read(self.folder / MEMORY)
        if was is None or was != memory.remember(self.pins.whole, there, was.linked):
            return False
        return all(was.marks[path] for path in was.linked.values()) and all((self.bin / one).exists() for one in was.linked)

    def _make_ready(self, there: dict[str, str]) -> None:
        chosen = choices.choose(self.pins.tools, there)
        targets = {one.tool.name: Path(one.path) for one in chosen if one.source == "path"}
        to_build = [one for one in chosen if one.source == "build"]
        targets |= dict(self._built(to_build))
        for line in _report(chosen):
            self.progress.say(line)
        links.link(self.bin, targets, self.root)
        linked = {name: str(path) for name, path in targets.items()}
        memory.write(self.folder / MEMORY, memory.remember(self.pins.whole, there, linked))

    def _built(self, wanted: Sequence[Choice]) -> Iterator[tuple[str, Path]]:
        if not wanted:
            return
        compiler = go.find(self.pins, [one.tool.name for one in wanted])
        places = {one.tool.module: cache.of(one.tool.module, self.pins, compiler) for one in wanted}

        def missing() -> list[Tool]:
            return [one.tool for one in wanted if not places[one.tool.module].has(one.tool.name)]

        if missing():
            with lock.only_one(cache.lock(), str(self.root), self.progress):
                for tool in missing():  # asked again: whoever had the lock may have built them
                    builds.build(tool, self.pins, compiler, places[tool.module], self.progress)
        for one in wanted:
            yield one.tool.name, places[one.tool.module].bin / one.tool.name


def _report(chosen: Sequence[Choice]) -> Iterator[str]:
    """Yield a line for each tool that is not simply built: where it comes from, or why what is there is not used."""
    for one in chosen:
        if one.source == "path":
            yield f"{one.tool.name}: {one.path}"
        elif one.source == "brought":
            yield f"{one.tool.name}: left to {one.tool.brought}, which fetches it"
        elif one.passed_over:
            yield f"{one.tool.name}: built, because {one.passed_over} is not good enough"
