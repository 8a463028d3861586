"""The fast way through plain manifests gives what libyaml gives, or gives up."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.manifests import documents, lines, loading
from delivery.manifests.loading import YamlError
from tests.unit.manifests.kubectl import AGREED

SHIPPED = [
    re.sub(r"\{\{.*?\}\}", "v1", path.read_text(encoding="utf-8"))
    for path in sorted(Path(__file__).parents[3].glob("applications/**/*.yaml"))
    if ".pvn." not in path.name
]
SCRAPS = (
    *(
        "a: 1",
        "b:",
        "- x",
        "- y: z",
        "c: [1, {d: e}]",
        'f: "g: h"',
        "i: 'j'",
        "# k",
        "",
        "- ",
        "-",
        "l: - m",
        "n: o: p",
        "q",
    ),
    *(
        "r: s # t",
        "u: {}",
        "v: ~",
        "w: 1e3",
        "yes: no",
        "x: |",
        "y: &z 1",
        "<<: *z",
        "...",
        "a:b",
        "a: b#c",
        "'k': v",
        "- - 1",
    ),
    *(
        "-  deep:",
        "key with space: 1",
        "k:  two",
        "t:\t1",
        "e: é",
        "? k",
        "j: {a",
        "h: -x",
        "p: :x",
        "m: x:",
        'n: "a" b',
        "%d",
    ),
)
TEXTS = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(SCRAPS)), max_size=8).map(
    lambda rows: "".join(" " * indent + row + "\n" for indent, row in rows)
)


@given(TEXTS)
def test_what_the_fast_way_reads_libyaml_reads_the_same(text):
    agrees(text)


@pytest.mark.parametrize("manifests", sorted(AGREED.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_corpus_is_read_the_same_both_ways(manifests):
    agrees(manifests.read_bytes().decode())


@pytest.mark.parametrize("text", SHIPPED)
def test_plain_manifests_take_the_fast_way(text):
    assert all(lines.read(chunk.text) is not None for chunk in documents.chunks(text, 1, []))


def test_values_of_a_remembered_line_are_not_shared():
    first, _ = lines.read("a: [1, {b: 2}]\n") or pytest.fail("not read")
    first["a"][1]["b"] = 3
    assert lines.read("a: [1, {b: 2}]\n") == ({"a": [1, {"b": 2}]}, 1)


def agrees(text: str) -> None:
    for chunk in documents.chunks(text, 1, []):
        fast = lines.read(chunk.text)
        if fast is None:
            continue
        try:
            value, line = loading.load(chunk.text)
        except YamlError as wrong:
            pytest.fail(f"libyaml refuses it: {wrong.what}")
        # as JSON: the same types, and keys in the same order
        assert (json.dumps(fast[0]), fast[1] if value else 1) == (json.dumps(value), line)
