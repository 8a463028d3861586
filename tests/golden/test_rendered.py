"""Trees and what every instance of them would get, each in a folder of tests/golden/rendered: a file in `expected/` each.

To add a case, make a folder with a small project in it and run `make golden`; then read what was written.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from delivery import checks, desired, tree
from delivery.instances import ApprovalBy, NothingToAwait, Precondition, StableIn
from delivery.versions import Candidate

CASES = sorted(path for path in (Path(__file__).parent / "rendered").iterdir() if path.is_dir())


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_every_instance_of_a_tree_gets_exactly_this(case, is_refreshing):
    candidates = desired.desire(checks.check(tree.read(case))).candidates
    rendered = {f"{one.instance.id.replace('/', '.')}.yaml": "\n".join(text(one)) for one in candidates}
    expected = case / "expected"
    if is_refreshing:
        shutil.rmtree(expected, ignore_errors=True)
        expected.mkdir()
        for name, found in rendered.items():
            (expected / name).write_text(found)
    assert rendered == {path.name: path.read_text() for path in expected.iterdir()}


def text(of: Candidate) -> Iterator[str]:
    """Yield where an instance goes, what it waits for, and its objects, without their version."""
    instance = of.instance
    whose = "made for it" if instance.owns_namespace else "there already"
    yield f"# {instance.id} on {instance.runtime.name} of stack {instance.stack}"
    yield f"# namespace {instance.namespace}, {whose}"
    yield from (f"# waits for {said(one)}" for one in instance.preconditions)
    yield yaml.safe_dump_all(of.bundle.objects, sort_keys=False, explicit_start=True)


def said(gate: Precondition) -> str:
    match gate:
        case StableIn():
            return f"{gate.channel} to be stable"
        case NothingToAwait():
            return f"nothing: no channel matches {gate.selector}"
        case ApprovalBy():
            return f"{gate.approvers} to approve ({gate.topic})"
