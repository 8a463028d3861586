"""Editors and hooks: what they are told to look at is there, and they look at every file that people type."""

import json
import re
from pathlib import Path, PurePosixPath

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
TYPED = ["applications/my-app/my-app.pvn.yaml", "releases/my-app.yaml", "Pulumi.staging.yaml"]


@pytest.mark.parametrize("file", TYPED)
def test_vs_code_finds_the_schema_of_every_kind_of_file(file):
    schemas = json.loads((CHECKOUT / ".vscode/settings.json").read_text())["yaml.schemas"]
    patterns = {schema: [globs] if isinstance(globs, str) else globs for schema, globs in schemas.items()}
    [schema] = [schema for schema, globs in patterns.items() if any(PurePosixPath(file).match(glob) for glob in globs)]
    assert (CHECKOUT / schema).is_file()


@pytest.mark.parametrize("name", [".pre-commit-config.yaml", ".pre-commit-hooks.yaml"])
def test_the_hook_runs_when_a_file_changes_that_the_check_reads(name):
    found = yaml.safe_load((CHECKOUT / name).read_text())
    [hook] = found["repos"][0]["hooks"] if isinstance(found, dict) else found
    assert (hook["entry"], hook["pass_filenames"]) == ("pvn check", False)
    others = ["Pulumi.yaml", "applications/my-app/services/x/service.yaml", "approvals/allowed_signers"]
    assert all(re.search(hook["files"], file) for file in [*TYPED, *others])
    assert not any(re.search(hook["files"], file) for file in ["README.md", "pvn/check.py", "docs/schemas/pvn.json"])
