"""From "image pushed" to "staging converged", on the shipped tree: what CI runs after a push, again and again."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import shop
from tools.demo.place import Place

RUNS = 20


@dataclass(frozen=True)
class Times:
    """Seconds from `pvn release` to the end of `pulumi up`, all pods ready."""

    median: float
    p95: float


def measure() -> Times:
    """Return what it takes until staging has a new image of one service of the shipped tree."""
    with tempfile.TemporaryDirectory(prefix="pvn-bench-") as folder:
        place = Place(Path(folder))
        place.prepare()
        try:
            place.run("pulumi", "stack", "select", "--create", "--stack", "staging", "--non-interactive")
            _up(place)
            times = sorted(_push(place, number) for number in range(1, RUNS + 1))
        finally:
            place.remove()
    return Times(times[RUNS // 2], times[round(RUNS * 0.95) - 1])


def _push(place: Place, number: int) -> float:
    began = time.perf_counter()
    digest = shop.image(number)
    place.run("pvn", "release", "my-app", "--service", "my-backend", "--param", f"image={digest}")
    _up(place)
    return time.perf_counter() - began


def _up(place: Place) -> None:
    place.run("pulumi", "up", "--stack", "staging", "--yes", "--skip-preview", "--suppress-outputs", "--non-interactive")
