"""The entry point: the only module that serves. Everything else is plain functions."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# the folder as the engine was given it; which project is meant does not depend on it
FOLDER = Path(__file__).absolute().parent

# the engine's SDK puts the pack's own folder first, where each of its modules would hide others of that name
sys.path[:] = [str(FOLDER.resolve().parent), *(one for one in sys.path if one != str(FOLDER))]

from pulumi_policy import PolicyPack  # noqa: E402

from policy import decision, pack  # noqa: E402

# asked at once, while the engine and the program still start: the state is not yet touched, and nobody waits for it
asked = ThreadPoolExecutor(1).submit(decision.here)
PolicyPack("pvn", pack.policies(asked.result))
