import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery.manifests import documents, text

WORDS = [
    "yes",
    "On",
    "NULL",
    "~",
    "1",
    "1e3",
    "0x1f",
    "-",
    "- a",
    "a: b",
    "a #b",
    "#",
    "é",
    "",
    " ",
    "a\n",
    "\n",
    "a\n b\n\nc",
    "0\n\x08",
    "\x08\n0",
    "\x7fa\nb\ufeff\n",
]
WORDS += [
    "a\t",
    "\ta",
    "'",
    '"',
    "{{x}}",
    "*a",
    "&a",
    "!a",
    "|",
    ">",
    "%",
    "@a",
    "`",
    "a:b",
    "http://x/y",
    "2026-01-01",
    "=",
    "<<",
]
words = st.one_of(st.sampled_from(WORDS), st.text(max_size=12))
values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), words
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)),
    max_leaves=12,
)


@settings(max_examples=settings().max_examples // 2)
@given(st.lists(st.dictionaries(words, values, min_size=1, max_size=3), max_size=2))
def test_whatever_is_written_is_read_back_the_same_by_kubectls_rules_and_by_any_yaml_reader(objects):
    written = text(objects)
    assert json.dumps(list(yaml.safe_load_all(written))) == json.dumps(objects)
    loaded, problems = documents.load(written)
    assert not problems
    assert [one.value for one in loaded] == objects


def test_it_looks_like_what_people_write():
    found = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "web", "labels": {}},
        "data": {"a": "yes", "b": "8080", "script": "set -e\n\n  run\n"},
        "list": [{"name": "x", "ports": [1, 2]}, "y", [], [["z"]]],
    }
    assert text([found]) == (
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n  labels: {}\n"
        'data:\n  a: "yes"\n  b: "8080"\n  script: |\n    set -e\n\n      run\n'
        'list:\n- name: x\n  ports:\n  - 1\n  - 2\n- "y"\n- []\n- - - z\n'
    )


@pytest.mark.parametrize("word", WORDS)
def test_a_text_stays_a_text(word):
    assert yaml.safe_load(text([{"a": word}])) == {"a": word}
