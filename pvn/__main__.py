"""Where `pvn` starts: whoever presses Ctrl-C while it is still being loaded gets no traceback either."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Load the command line, run it, and end the process."""
    # a command lives for a second and lets go of nothing before: collecting garbage only costs it time
    gc.disable()
    try:
        from pvn import command

        command.main()
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        # what is left is not garbage to be looked through once more
        gc.freeze()


if __name__ == "__main__":
    main()
