"""`python -m tools.toolchain`: make every tool ready."""

from __future__ import annotations

import argparse
import signal
import sys
from functools import partial
from pathlib import Path
from types import FrameType

from tools.toolchain.pins import HERE, Pins
from tools.toolchain.ready import ROOT, Toolchain
from tools.toolchain.trouble import ended


def main() -> int:
    """Return how making every tool ready, or writing their locks, has ended."""
    parser = argparse.ArgumentParser(prog="python -m tools.toolchain", description="Make the project's tools ready.")
    parser.add_argument("--print-bin", action="store_true", help="print the folder of tools, and nothing else, on stdout")
    parser.add_argument("--lock", action="store_true", help="write tools/modules anew from tools/pins.toml")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout whose .venv gets the tools")
    parser.add_argument("--pins", type=Path, default=HERE, help="the folder with pins.toml and modules/")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    return ended(partial(_make, chosen))


def _make(chosen: argparse.Namespace) -> None:
    toolchain = Toolchain(root=chosen.root.resolve(), pins=Pins(chosen.pins.resolve()))
    if chosen.lock:
        from tools.toolchain import locks

        locks.write(toolchain.pins, toolchain.progress)
        return
    bin_ = toolchain.ensure()
    print(bin_ if chosen.print_bin else f"tools: {len(list(bin_.iterdir()))} ready in {bin_}")


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
