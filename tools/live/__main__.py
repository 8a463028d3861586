"""Ask, prove, take down, and say what was proven: `python -m tools.live aws|azure|gcp [--yes]`.

Ends with 0 where everything was proven and is gone, 1 where something has to be mended first, 2 where nobody said yes, 4
where a cloud said no.
"""

from __future__ import annotations

import argparse
import signal
import sys

from delivery.problems import Refused
from tools.live import place, readiness, story, table
from tools.live.costs import COSTS, costs
from tools.live.place import Place
from tools.toolchain.trouble import Trouble


def main(arguments: list[str]) -> int:
    """Run it; return what the process should exit with."""
    parser = argparse.ArgumentParser("make live")
    parser.add_argument("cloud", choices=sorted(COSTS), metavar="CLOUD", help=", ".join(sorted(COSTS)))
    parser.add_argument("--yes", action="store_true", help="the costs are fine")
    asked = parser.parse_args(arguments)
    here = Place(asked.cloud)
    try:
        place.prepare(here)
        readiness.check(here)
    except (Refused, Trouble) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    print(costs(asked.cloud))
    if not (asked.yes or _says_yes()):
        print(f"nothing was made. To go on: make live CLOUD={asked.cloud} YES=1", file=sys.stderr)
        return 2
    # whoever ends this process wants no bill: the way down is still taken
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    outcomes = story.run(here)
    print(table.text(asked.cloud, outcomes))
    return 0 if all(one.is_proven for one in outcomes) else 4


def _says_yes() -> bool:
    return sys.stdin.isatty() and input("Type yes to go on: ").strip() == "yes"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
