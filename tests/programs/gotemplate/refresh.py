"""Ask Go again for every answer of the corpus.

    python -m tests.programs.gotemplate.refresh

To add a case, add a line with `template`, `data` (a value, or `"@name"` of one in data.json) and `missing_key`; the
answer comes from Go.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from tests.programs.gotemplate.real import Real
from tests.unit.gotemplate.corpus import FOLDER, named


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        real = Real(Path(folder))
        for path in sorted(FOLDER.glob("*.jsonl")):
            asked = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
            cases = [{key: case[key] for key in ("template", "data", "missing_key")} for case in asked]
            answers = real.answers([case | {"data": named(case["data"])} for case in cases])
            lines = [json.dumps(case | said, ensure_ascii=False) for case, said in zip(cases, answers, strict=True)]
            path.write_text("\n".join(lines) + "\n", "utf-8")
            print(f"{path.name}: {len(lines)} cases")


if __name__ == "__main__":
    main()
