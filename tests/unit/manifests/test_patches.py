"""Patches replace one value in the objects they match, after templating."""

from __future__ import annotations

from typing import Any

import pytest

from delivery.instances import Patch
from delivery.manifests import render
from delivery.problems import Spot
from tests.unit.manifests.made import HEAD, config_map, deployment, instance, refusal

AT = Spot("shop/web.pvn.yaml", 12, 7)
DATA = HEAD + "data: {a: '1', b/c: '2', d~e: '3', l: [v, w]}\n"


def patched(text: str, *patches: Patch) -> Any:
    return {one["metadata"]["name"]: one for one in render(instance(text, patches=patches)).objects}


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("/data/a", "9", {"a": "9", "b/c": "2", "d~e": "3", "l": ["v", "w"]}),
        ("/data/a", 9, {"a": 9, "b/c": "2", "d~e": "3", "l": ["v", "w"]}),
        ("/data/b~1c", "9", {"a": "1", "b/c": "9", "d~e": "3", "l": ["v", "w"]}),
        ("/data/d~0e", "9", {"a": "1", "b/c": "2", "d~e": "9", "l": ["v", "w"]}),
        ("/data/l/1", "9", {"a": "1", "b/c": "2", "d~e": "3", "l": ["v", "9"]}),
    ],
)
def test_a_value_is_replaced(path, value, expected):
    assert patched(DATA, Patch(AT, path, value))["settings"]["data"] == expected


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/data/none", "there is no `none`"),
        ("/data/l/2", "the list has 2 items, no item 2"),
        ("/data/l/-", "`-` is no index of a list"),
        ("/data/l/01", "`01` is no index of a list"),
        ("/data/a/b", "`b` is looked for in a plain value"),
        ("data/a", "a path begins with `/`"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(path, why):
    assert refusal(DATA, patches=(Patch(AT, path, "9"),)) == (
        f"shop/web.pvn.yaml:12:7: ConfigMap 'settings' has nothing at {path!r}: {why}\n"
        "  fix: write the value in the manifest first, or narrow the patch's target"
    )


def test_a_patch_that_matches_nothing_is_refused_with_what_there_is():
    assert refusal(DATA, deployment(), patches=(Patch(AT, "/data/a", "9", kind="Deploymnt"),)) == (
        "shop/web.pvn.yaml:12:7: the patch of '/data/a' matches no object of shop/staging/web\n"
        "  fix: the objects are: ConfigMap settings, Deployment web"
    )


@pytest.mark.parametrize(
    ("target", "matched"),
    [
        ({}, {"a", "b", "web"}),
        ({"kind": "ConfigMap"}, {"a", "b"}),
        ({"kind": "ConfigMap", "name": "b"}, {"b"}),
        ({"group": "apps"}, {"web"}),
        ({"version": "v1", "name": "web"}, {"web"}),
        ({"namespace": "shop-staging"}, {"a", "b", "web"}),
    ],
)
def test_an_empty_part_of_a_target_matches_all(target, matched):
    text = config_map("a") + "  labels: {x: '1'}\n---\n" + config_map("b") + "  labels: {x: '1'}\n"
    text += "---\n" + deployment().replace("{name: web}", "{name: web, labels: {x: '1'}}", 1)
    found = patched(text, Patch(AT, "/metadata/labels/x", "2", **target))
    assert {name for name, one in found.items() if one["metadata"]["labels"]["x"] == "2"} == matched


def test_patches_see_the_manifest_before_environment_is_added():
    text = deployment(containers="[{name: web, env: [{name: A, value: '1'}]}]")
    found = patched(text, Patch(AT, "/spec/template/spec/containers/0/env/0/value", "2"))
    assert found["web"]["spec"]["template"]["spec"]["containers"][0]["env"][-1] == {"name": "A", "value": "2"}


def test_what_a_patch_makes_is_checked_like_what_is_written():
    text = config_map("a") + "  namespace: shop-staging\n"
    assert "for the namespace 'other'" in refusal(text, patches=(Patch(AT, "/metadata/namespace", "other"),))
    assert "metadata.name is 5" in refusal(text, patches=(Patch(AT, "/metadata/name", 5),))
