"""Trees that are refused, each in a folder of tests/golden/refused, and the exact words in its said.txt.

To add a case, make a folder with a small project in it and run `make golden`. Symbolic links do not
survive every way of copying a checkout: write them into `links.txt`, a line `where -> target` each.
"""

import shutil
from pathlib import Path

import pytest

from delivery import checks, desired, tree
from delivery.audit import audit
from delivery.problems import Refused

CASES = sorted(path for path in (Path(__file__).parent / "refused").iterdir() if path.is_dir())


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_tree_that_is_not_right_is_refused_in_these_words(case, is_refreshing, tmp_path):
    project = linked(case, tmp_path / "project")
    with pytest.raises(Refused) as refused:
        audit(project)
    with pytest.raises(Refused) as first:
        desired.desire(checks.check(tree.read(project)))
    assert set(first.value.problems) <= set(refused.value.problems)
    said = case / "said.txt"
    if is_refreshing:
        said.write_text(f"{refused.value}\n")
    assert f"{refused.value}\n" == said.read_text()


def linked(case: Path, copy: Path) -> Path:
    """Return the project of a case, with the links that its `links.txt` asks for."""
    if not (case / "links.txt").exists():
        return case
    shutil.copytree(case, copy)
    for line in (case / "links.txt").read_text().splitlines():
        where, target = line.split(" -> ")
        (copy / where).symlink_to(target)
    return copy
