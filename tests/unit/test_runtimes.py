"""`runtime` documents beside the stack files that declare the clusters."""

import pytest

from tests.unit.trees import checked, said, write

CHANNELS = "  releaseChannels: [{name: live, runtimes: [{runtime: k-eu}]}]\n"
STACK = """
config:
  pvn:runtimes:
    - {name: k-eu, type: kubeconfig, path: kubeconfig}
    - {name: k-here, type: local}
"""


@pytest.mark.parametrize("cloud", ["EKS", "GKE", "AKS", "ONPREM", "OTHER_CLOUD", "3", "UNKNOWN"])
def test_a_linked_cluster_may_be_in_any_cloud(tmp_path, cloud):
    document = f"runtime: {{name: k-eu, cloudProvider: {cloud}}}\n"
    assert "k-eu" in checked(write(tmp_path, CHANNELS, stack=STACK, runtime=document)).runtimes


@pytest.mark.parametrize("cloud", ["ONPREM", "OTHER_CLOUD"])
def test_a_local_cluster_is_in_no_cloud_of_a_known_name(tmp_path, cloud):
    document = f"runtime: {{name: k-here, cloudProvider: {cloud}}}\n"
    assert "k-here" in checked(write(tmp_path, CHANNELS, stack=STACK, runtime=document)).runtimes


def test_a_document_that_names_another_cloud_is_refused(tmp_path):
    text = said(write(tmp_path, CHANNELS, stack=STACK, runtime="runtime: {name: k-here, cloudProvider: EKS}\n"))
    assert "the runtime 'k-here' is of type 'local' at Pulumi.here.yaml:5:" in text


def test_a_document_of_a_cluster_that_nobody_declares_is_refused_with_the_near_name(tmp_path):
    text = said(write(tmp_path, CHANNELS, stack=STACK, runtime="runtime: {name: k-ue}\n"))
    assert text.startswith("applications/shop/runtime.pvn.yaml:1:17: no stack file declares a runtime 'k-ue'")
    assert "did you mean 'k-eu'?" in text
