"""Kustomizations, compiled by the kubectl that is on PATH."""

import shutil

import pytest

from delivery import sources, tree
from delivery.problems import Refused

WEB = "applications/shop/web"
NEEDS_KUBECTL = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")


def project(root, local, files):
    """Write an application with one service, whose manifests are a kustomization."""
    config = f"{{type: KUSTOMIZE, local: {local}}}"
    known = {
        "applications/shop/shop.pvn.yaml": "application: {name: shop, releaseChannels: [{name: live}]}\n",
        f"{WEB}/web.pvn.yaml": f"service: {{name: web, application: shop, kubernetesConfig: {config}}}\n",
    }
    for name, text in (known | files).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def said(root):
    with pytest.raises(Refused) as refused:
        tree.read(root)
    return str(refused.value)


@NEEDS_KUBECTL
def test_a_kustomization_is_compiled_by_kubectl_and_its_templates_stay(tmp_path):
    base = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata: {image: '{{.Params.image}}'}\n"
    files = {
        f"{WEB}/base/a.yaml": base,
        f"{WEB}/base/kustomization.yaml": "resources: [a.yaml]\n",
        f"{WEB}/overlays/live/kustomization.yaml": "resources: [../../base]\nnamePrefix: live-\n",
    }
    found = tree.read(project(tmp_path, '{path: ., subPath: "overlays/{{.Builtins.ReleaseChannel.Name}}"}', files))
    service = found.services["shop", "web"]
    assert service.kubernetes_config
    (selected,) = sources.select(found, service, service.kubernetes_config, "overlays/live")
    assert selected.name == f"{WEB}/overlays/live/compiled.yaml"
    text = found.compiled[selected.name].text
    assert "live-a" in text
    assert "{{.Params.image}}" in text


@NEEDS_KUBECTL
def test_a_kustomization_that_fails_is_refused_with_what_kubectl_says(tmp_path):
    root = project(tmp_path, "{path: .}", {f"{WEB}/kustomization.yaml": "resources: [gone.yaml]\n"})
    text = said(root)
    assert text.startswith(f"{WEB}/web.pvn.yaml:1:91: `kubectl kustomize {WEB}` fails: ")
    assert "gone.yaml" in text
    assert str(root) not in text


def test_a_kustomization_without_kubectl_is_refused_with_a_way_out(tmp_path, monkeypatch):
    root = project(tmp_path, "{path: .}", {f"{WEB}/kustomization.yaml": "resources: [one.yaml]\n", f"{WEB}/one.yaml": ""})
    monkeypatch.setenv("PATH", "/nowhere")
    assert "`type: KUSTOMIZE` needs kubectl, which is not installed\n  fix: install kubectl" in said(root)
