"""Building what is missing, into the cache. What is finished stays finished, whatever happens after."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path

from tools.toolchain import go as golang
from tools.toolchain.cache import Cache
from tools.toolchain.go import Go
from tools.toolchain.pins import Module, Pins, Tool
from tools.toolchain.progress import Progress, Step
from tools.toolchain.trouble import Trouble

ATTEMPTS = 3
"""How often a build is tried where the network fails. A cold build fetches a thousand modules, and Go tries each once."""
PAUSE = 5.0
"""Seconds before the next try."""
NETWORK = ("dial tcp", "i/o timeout", "connection reset", "handshake timeout", "unexpected eof", "bad gateway",
           "service unavailable", "gateway timeout", "too many requests", "stream error")  # fmt: skip
"""What Go says, in small letters, when the network and not the source is to blame."""
LAST_WORDS = 15
"""Lines of a failed build that a person is shown. The log has all of them."""


def build(tool: Tool, pins: Pins, go: Go, cache: Cache, progress: Progress) -> None:
    """Build one tool, and put it into the cache in one move. Raises Trouble with the command and the log's place."""
    module = pins.modules[tool.module]
    folder, log = cache.work, cache.log(tool.name)
    for place in (cache.bin, folder):
        place.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{tool.name}.{os.getpid()}"
    command = go.command("build", "-v", "-trimpath", "-buildvcs=false", "-ldflags", module.link_flags)
    command += ["-o", str(fresh), tool.package]
    with progress.step(tool.name, f"building from {module.path} {module.version}") as step:
        try:
            _prepare(module, pins, go, folder)
            _try(command, folder, log, step)
            fresh.replace(cache.bin / tool.name)
        finally:
            fresh.unlink(missing_ok=True)
        step.done("built")


def _prepare(module: Module, pins: Pins, go: Go, folder: Path) -> None:
    """Fill the folder a module is built in: its locks, its own main.go, and the files that one embeds."""
    shutil.copytree(pins.locked(module.name), folder, dirs_exist_ok=True)
    if not module.embed:
        return
    source = Path(go.answer(["mod", "download", "-json", f"{module.path}@{module.version}"], folder)["Dir"])
    for name, embed in module.embed.items():
        content = json.loads((source / embed.source).read_text("utf-8")) | embed.values
        (folder / name).write_text(json.dumps(content, separators=(",", ":")), "utf-8")


def _try(command: list[str], folder: Path, log: Path, step: Step) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        code = _run(command, folder, log, step)
        if code == 0:
            return
        words = log.read_text("utf-8", errors="replace").strip().splitlines()[-LAST_WORDS:]
        if attempt == ATTEMPTS or not any(sign in "\n".join(words).lower() for sign in NETWORK):
            break
        time.sleep(PAUSE)
    raise Trouble(
        str(log),
        "\n  ".join([f"this build failed with exit code {code}:", f"cd {folder} && {shlex.join(command)}", *words]),
        "mend what its last lines say and run the same command again; what is finished is kept",
    )


def _run(command: list[str], folder: Path, log: Path, step: Step) -> int:
    """Run a command with its output in a log; end it with all its children when this process is told to end."""
    with log.open("w", encoding="utf-8") as output:
        output.write(f"$ {shlex.join(command)}\n")
        output.flush()
        step.detail = lambda: _last_line(log)
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=golang.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that its compilers end with it, and not one by one
        )
        try:
            return child.wait()
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGTERM)
                child.wait()


def _last_line(log: Path) -> str:
    lines = log.read_bytes()[-500:].decode(errors="replace").splitlines()
    return lines[-1] if lines else ""
