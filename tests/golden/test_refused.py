"""Trees that are refused, each in a folder of tests/golden/refused, and the exact words in its said.txt.

To add a case, make a folder with a small project in it and run `pytest tests/golden --refresh`.
"""

from pathlib import Path

import pytest

from delivery import checks, desired, tree
from delivery.problems import Refused

CASES = sorted(path for path in (Path(__file__).parent / "refused").iterdir() if path.is_dir())


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_tree_that_is_not_right_is_refused_in_these_words(case, is_refreshing):
    with pytest.raises(Refused) as refused:
        desired.desire(checks.check(tree.read(case)))
    said = case / "said.txt"
    if is_refreshing:
        said.write_text(f"{refused.value}\n")
    assert f"{refused.value}\n" == said.read_text()
