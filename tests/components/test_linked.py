from pathlib import Path
from typing import Any

import pytest

from components import clouds
from components.linked import runtime as linked
from components.linked.runtime import RuntimeArgs, _read
from delivery.problems import WorldFailed
from delivery.shapes.linked import KubeconfigRuntime
from delivery.supply import Supply

NOT_ONE = ["", "[", "a: b", "contexts: 3", "contexts: [a]", "[\n" * 5000, "\udcff\udcfe"]


def said(file: Path, context: str | None = None) -> str:
    with pytest.raises(WorldFailed) as failed:
        _read("k", RuntimeArgs(kubeconfig=file, context=context))
    assert "\n  fix: " in str(failed.value)
    return failed.value.what


@pytest.mark.parametrize("text", NOT_ONE, ids=range(len(NOT_ONE)))
def test_a_file_that_is_no_kubeconfig_is_said_to_be_none_without_a_word_of_it(tmp_path, text):
    file = tmp_path / "config"
    file.write_bytes(text.encode(errors="surrogateescape"))
    assert said(file) == "it cannot be read: it is not a kubeconfig"


@pytest.mark.parametrize("current", ["", "current-context: other", "current-context: [other]", "current-context: 3"])
def test_a_context_that_is_not_there_is_refused_with_those_that_are(tmp_path, current):
    file = tmp_path / "config"
    file.write_text(f"contexts: [{{name: 1}}, {{name: one}}]\n{current}\n")
    assert "context" in said(file)


def test_a_path_of_a_user_that_is_not_there_is_a_file_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setattr(linked, "Runtime", lambda _, args: args)
    settings = KubeconfigRuntime(name="k", type="kubeconfig", path="~nobody-of-that-name/config")
    found: Any = clouds.runtime(settings, tmp_path, Supply({}, {}, {}))
    assert said(found.kubeconfig) == "it cannot be read: No such file or directory"
