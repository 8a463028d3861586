"""Start the host. The launcher runs this folder as a program, so the project's root is put on the path first."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[2])

from tools.language_host.server import main  # noqa: E402  the path has to be right before

if __name__ == "__main__":
    main(sys.argv[1:])
