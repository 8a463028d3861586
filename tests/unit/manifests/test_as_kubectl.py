"""Every manifest of the corpus is read as kubectl read it when the answers were frozen (see kubectl.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from delivery.manifests import documents, ownership
from delivery.manifests.scalars import number
from tests.unit.manifests.kubectl import AGREED, STRICTER

CASES = sorted(AGREED.glob("*.yaml"))
STRICT = sorted(STRICTER.glob("*.yaml"))


@pytest.mark.parametrize("manifests", CASES, ids=lambda path: path.stem)
def test_a_manifest_is_read_as_kubectl_reads_it(manifests):
    assert typed(ours(manifests)) == typed(frozen(manifests))


@pytest.mark.parametrize("manifests", STRICT, ids=lambda path: path.stem)
def test_where_kubectl_loses_something_without_a_word_we_refuse(manifests):
    assert isinstance(frozen(manifests), list)
    assert "refused" in ours(manifests)


def test_the_corpus_is_worth_its_name():
    assert len(CASES) >= 100
    assert all(one.with_suffix(".json").exists() for one in [*CASES, *STRICT])


def frozen(manifests: Path) -> Any:
    found = json.loads(manifests.with_suffix(".json").read_text(encoding="utf-8"))
    return found if isinstance(found, list) else {"refused": True}


def ours(manifests: Path) -> Any:
    loaded, errors = documents.load(manifests.read_bytes().decode())
    objects = [item for one in loaded for item in documents.items(one.value)]
    refused = errors or any(map(ownership.named, objects))
    return {"refused": True} if refused else objects


def typed(value: Any) -> Any:
    """Tell 1 from true and from 1.0, and write every number as JSON readers of kubectl's kind do."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = number(value)
    return type(value).__name__, value
