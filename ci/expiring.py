#!/usr/bin/env python3
"""Say which approvals soon count no more although nobody has moved yet what they are for.

usage: pvn status --output json | ci/expiring.py HOURS
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from delivery import channels, checks, gates, tree
from delivery.approvals import STACK
from delivery.instances import Approvals
from delivery.problems import Trouble
from evidence import signatures


def main(hours: float) -> None:
    """Print a line for each of them. An approval of something that has moved, or is wanted no more, is of no interest."""
    unmoved = {name: one["wanted"] for name, one in json.load(sys.stdin).items() if one["state"] != "current"}
    how = settings(Path.cwd())
    for approval in signatures.read(Path.cwd())[0]:
        place = f"{approval.application}/{approval.channel}"
        waits = [name for name, (version, _) in approval.services.items() if unmoved.get(f"{place}/{name}") == version]
        # a no never ends
        if not waits or place not in how or approval.is_rejection:
            continue
        left = gates.end(approval, how[place]) - datetime.now(UTC)
        if timedelta() < left < timedelta(hours=hours):
            hours_left = left.total_seconds() / 3600
            print(f"{approval.file}: by {approval.signer}, for {', '.join(waits)} in {place}, ends in {hours_left:.0f} h")


def settings(root: Path) -> Mapping[str, Approvals]:
    """Return how approvals count, by application and channel, and by stack."""
    found = checks.check(tree.read(root))
    of_channels = {f"{one.application}/{one.channel}": one.approvals for one in channels.resolve(found)}
    of_stacks = {
        f"{STACK}/{name}": Approvals(timedelta(seconds=stack.approvals.expire_after)) for name, stack in found.stacks.items()
    }
    return {**of_channels, **of_stacks}


if __name__ == "__main__":
    try:
        main(float(sys.argv[1]))
    except Trouble as trouble:
        sys.exit(str(trouble))
