"""What a run has proven, as a table for the report of whoever ran it."""

from __future__ import annotations

from collections.abc import Sequence

from tools.live.costs import COSTS
from tools.live.story import Outcome


def text(cloud: str, outcomes: Sequence[Outcome]) -> str:
    """Return the table, and what is left to do or to pay for."""
    rows = [
        f"| {one.claim} | {'yes' if one.is_proven else 'NO'} | {one.fact} | {_duration(one.seconds)} |" for one in outcomes
    ]
    head = ["", f"| on {cloud} | proven | what was seen | time |", "|---|---|---|---|"]
    is_left = any(not one.is_proven and one.claim.endswith("goes away again") for one in outcomes)
    again = f"SOMETHING IS LEFT and costs money: run `make live CLOUD={cloud}` again, which takes it down"
    return "\n".join([*head, *rows, "", again if is_left else f"What stays: {COSTS[cloud].stays}."])


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
