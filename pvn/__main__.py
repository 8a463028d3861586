"""Where `pvn` starts: whoever presses Ctrl-C while it is still being loaded gets no traceback either."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Load the command line, run it, and end the process."""
    # a command lives for a second and lets go of nothing before: collecting garbage only costs it time
    gc.disable()
    # nor does it want plugins of pydantic, which would be looked for in every package that is installed
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
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
