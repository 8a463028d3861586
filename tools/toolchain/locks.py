"""Write modules/*/go.mod and go.sum anew from pins.toml. Needs the network; a build afterwards changes nothing."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools.toolchain import go as golang
from tools.toolchain.go import Go
from tools.toolchain.pins import Module, Pins
from tools.toolchain.progress import Progress
from tools.toolchain.trouble import Trouble


def write(pins: Pins, progress: Progress) -> None:
    """Lock every module: its version, and every dependency of what is built from it. Raises Trouble."""
    go = golang.find(pins, [tool.name for tool in pins.tools])
    for module in pins.modules.values():
        with progress.step(module.name, f"locking {module.path} {module.version}") as step:
            _lock(module, pins, go)
            step.done("locked")


def _lock(module: Module, pins: Pins, go: Go) -> None:
    kept = pins.locked(module.name)
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for own in kept.glob("*.go"):
            shutil.copy(own, folder)
        (folder / "go.mod").write_text("\n".join(_lines(module, pins)) + "\n", "utf-8")
        sums = folder / "go.sum"
        sums.write_text("".join(f"{module.path} {module.version}{_spaced(seed)}\n" for seed in module.seeds), "utf-8")
        source = go.answer(["mod", "download", "-json", f"{module.path}@{module.version}"], folder, "mod")
        if module.replace:
            _replace(module, go, source["GoMod"], folder)
        if module.seeds:
            # the module's own go.sum has the hashes of everything it was released with
            with sums.open("a", encoding="utf-8") as seeded:
                seeded.write(Path(source["Dir"], "go.sum").read_text("utf-8"))
        _tidy(go, folder)
        for name in ("go.mod", "go.sum"):
            shutil.copy(folder / name, kept / name)


def _lines(module: Module, pins: Pins) -> Iterator[str]:
    yield f"module pvn/tools/{module.name}"
    yield f"go {'.'.join(map(str, pins.go))}"
    for tool in pins.tools:
        if tool.module == module.name and tool.package != ".":
            yield f"tool {tool.package}"
    yield f"require {module.path} {module.version}"


def _spaced(seed: str) -> str:
    return seed if seed.startswith("/go.mod") else f" {seed}"


def _replace(module: Module, go: Go, modfile: str, folder: Path) -> None:
    """Replace what the module's own go.mod replaces by folders: they are released as modules of one version."""
    replaced = go.answer(["mod", "edit", "-json", modfile], folder, "mod")["Replace"]
    with (folder / "go.mod").open("a", encoding="utf-8") as file:
        for path in (one["Old"]["Path"] for one in replaced):
            file.write(f"replace {path} => {path} {module.replace}\n")


def _tidy(go: Go, folder: Path) -> None:
    tidied = subprocess.run(
        go.command("mod", "tidy"), cwd=folder, env=golang.environment("mod"), capture_output=True, text=True, check=False
    )
    if tidied.returncode:
        raise Trouble("go mod tidy", tidied.stderr.strip(), "mend that and run `make lock` again")
