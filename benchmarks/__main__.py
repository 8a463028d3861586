"""Measure and print the tables of the README: `python -m benchmarks [commands|gates|push|…]`, or all."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

SERVICES = 100


def machine() -> str:
    """Return what the numbers were taken on, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {system}"


def updates() -> None:
    """Print `pulumi up` of many services, beside the bare program."""
    from benchmarks.updates import measure

    pairs = measure(SERVICES)
    print(f"\n{SERVICES} services, {2 * SERVICES} objects, file backend\n")
    print("| | " + " | ".join(one.operation for one, _ in pairs) + " | program's peak memory |")
    print("|---|---|---|---|---|")
    for own in zip(*pairs, strict=True):
        cells = " | ".join(f"{one.seconds:.1f} s, {one.requests} writes" for one in own)
        print(f"| {own[0].program} | {cells} | {max(one.mebibytes for one in own):.0f} MiB |")
    ratios = " | ".join(f"{ours.seconds / bare.seconds:.2f}\u00d7" for ours, bare in pairs)
    print(f"| ratio | {ratios} | |")


def policy() -> None:
    """Print what the policy pack adds to `pulumi up` of many services."""
    from benchmarks.updates import measure_pack

    print(f"\n{SERVICES} services, {2 * SERVICES} objects, without the policy pack and with it\n")
    print("| | without | with | added |\n|---|---|---|---|")
    for plain, guarded in measure_pack(SERVICES):
        added = guarded.seconds - plain.seconds
        print(f"| {plain.operation} | {plain.seconds:.1f} s | {guarded.seconds:.1f} s | {added:.1f} s |")


def commands() -> None:
    """Print the cold processes."""
    from benchmarks.commands import measure

    print("\n| command | wall time, median of 5 | peak memory |\n|---|---|---|")
    for one in measure(1000):
        print(f"| {one.command} | {one.seconds:.2f} s | {one.mebibytes:.0f} MiB |")


def templates() -> None:
    """Print the template engine beside gotpl."""
    from benchmarks import gotemplate

    gotemplate.main()


def gates() -> None:
    """Print what the gates of a thousand instances take."""
    from benchmarks.gates import measure

    print("\n| | wall time, median of 5 |\n|---|---|")
    for one in measure(1000):
        print(f"| {one.what} | {one.seconds:.2f} s |")


def clouds() -> None:
    """Print what the program takes on each cloud."""
    from benchmarks.clouds import RUNS, measure

    print(f"\n| shipped example, `pulumi preview`, median of {RUNS} | first request | first of the cloud | peak memory |")
    print("|---|---|---|---|")
    for one in measure():
        print(f"| {one.cloud}, {one.stack} | {one.first:.2f} s | {one.cloud_first:.2f} s | {one.mebibytes:.0f} MiB |")


def push() -> None:
    """Print what it takes from a pushed image to a converged staging."""
    from benchmarks.push import RUNS, measure

    found = measure()
    print(f"\n`pvn release` and `pulumi up -s staging`, {RUNS} times: median {found.median:.1f} s, p95 {found.p95:.1f} s")


def main(names: list[str]) -> None:
    """Run the named measurements."""
    os.chdir(Path(__file__).resolve().parents[1])
    # where bytecode is not kept, every run pays for compiling the program again: nobody's machine is set up like that
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    print(machine())
    known = {
        "clouds": clouds,
        "commands": commands,
        "policy": policy,
        "templates": templates,
        "gates": gates,
        "push": push,
        "updates": updates,
    }
    for name in names or known:
        known[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
