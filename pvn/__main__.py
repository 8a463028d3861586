"""Where `pvn` starts: whoever presses Ctrl-C while it is still being loaded gets no traceback either."""

from __future__ import annotations

import sys


def main() -> None:
    """Load the command line, run it, and end the process."""
    try:
        from pvn import command

        command.main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
