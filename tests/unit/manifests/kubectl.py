"""What kubectl makes of a file of manifests, with no cluster: the answers that the corpus holds.

    python -m tests.unit.manifests.kubectl        # writes the answer beside every manifest, with the kubectl on PATH

To add a case, put a .yaml file into `as_kubectl/` and run this.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
AGREED, STRICTER = HERE / "as_kubectl", HERE / "stricter_than_kubectl"


def answer(manifests: Path, kubectl: str = "kubectl") -> list[object] | dict[str, str]:
    """Return the objects that kubectl reads from a file, or {"refused": what it says}.

    An empty local patch makes kubectl load the file and print it, and asks no server.
    """
    command = [kubectl, "patch", "--local", "--type=merge", "--patch={}", "--output=json", "--filename", manifests.name]
    done = subprocess.run(command, cwd=manifests.parent, capture_output=True, text=True, check=False)
    if done.returncode and "no objects passed" not in done.stderr:
        return {"refused": done.stderr.strip()}
    return stream(done.stdout)


def stream(text: str) -> list[object]:
    """Return the JSON values of a text, one after the other."""
    found, decoder, at = [], json.JSONDecoder(), 0
    while at < len(text := text.rstrip()):
        value, at = decoder.raw_decode(text, at)
        found.append(value)
        at += len(text[at:]) - len(text[at:].lstrip())
    return found


def freeze(kubectl: str) -> None:
    for manifests in sorted([*AGREED.glob("*.yaml"), *STRICTER.glob("*.yaml")]):
        said = json.dumps(answer(manifests, kubectl), indent=1, sort_keys=True)
        manifests.with_suffix(".json").write_text(said + "\n", encoding="utf-8")


if __name__ == "__main__":
    freeze(sys.argv[1] if len(sys.argv) > 1 else "kubectl")
