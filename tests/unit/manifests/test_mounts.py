"""Secrets that are there only while a pod mounts them: what pods have to do, and what they are told where they do not."""

from __future__ import annotations

import pytest

from delivery.instances import SecretKeyRef, Secrets
from delivery.manifests import mounts, render
from tests.unit.manifests.made import instance, refusal

MOUNTED = Secrets(frozenset({"web"}), are_mounted=True)
FETCHED = Secrets(frozenset({"web"}))
VOLUME = (
    "volumes: [{name: s, csi: {driver: secrets-store.csi.k8s.io, readOnly: true, "
    "volumeAttributes: {secretProviderClass: web}}}]"
)
READING = "env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: web, key: TOKEN}}}]"
MOUNT = "volumeMounts: [{name: s, mountPath: /secrets}]"
ACCOUNT = "serviceAccountName: pvn-secrets"
CLASS = "apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nmetadata: {name: web}\n"


def pod(*fields: str, container: str = "", kind: str = "Deployment") -> str:
    more = f", {container}" if container else ""
    spec = f"{{containers: [{{name: web, image: web{more}}}], {', '.join(fields)}}}"
    group = "batch/v1" if kind == "Job" else "apps/v1"
    return f"apiVersion: {group}\nkind: {kind}\nmetadata: {{name: web}}\nspec: {{template: {{spec: {spec}}}}}\n"


WHOLE = pod(VOLUME, ACCOUNT, container=f"{READING}, {MOUNT}")


def test_a_pod_that_mounts_what_it_names_as_who_may_read_it_is_rendered_as_it_is_written():
    [mounting] = render(instance(WHOLE, secrets=MOUNTED, injects_env=False)).objects
    [elsewhere] = render(instance(WHOLE, injects_env=False)).objects
    assert mounting == elsewhere


def test_a_pod_that_names_a_secret_without_mounting_it_is_refused_with_the_volume_that_it_needs():
    assert refusal(pod(container=READING), secrets=MOUNTED) == (
        "shop/a.yaml:1: Deployment 'web' names Secret 'web', which on 'k-staging' (staging) is there only for pods that "
        "mount it\n"
        "  fix: add `volumes: [{name: web, csi: {driver: secrets-store.csi.k8s.io, readOnly: true, volumeAttributes: "
        "{secretProviderClass: web}}}]`, and `volumeMounts` of it to a container"
    )


@pytest.mark.parametrize(
    "found",
    [
        pod(container="envFrom: [{secretRef: {name: web}}]"),
        pod("volumes: [{name: s, secret: {secretName: web}}]", container=MOUNT),
        pod("volumes: [{name: s, projected: {sources: [{secret: {name: web}}]}}]", container=MOUNT),
        pod("initContainers: [{name: i, envFrom: [{secretRef: {name: web}}]}]"),
        pod(VOLUME, container=READING),
        pod(VOLUME.replace("secrets-store.csi.k8s.io", "csi.example"), container=f"{READING}, {MOUNT}"),
        pod(container=READING, kind="Job"),
    ],
    ids=["env-from", "volume", "projected", "init-container", "volume-that-nobody-mounts", "other-driver", "job"],
)
def test_however_a_pod_names_it_and_a_volume_of_another_kind_does_not_count(found):
    assert "names Secret 'web'" in refusal(found, secrets=MOUNTED)


def test_the_environment_that_a_service_gives_its_containers_counts_as_well():
    given = {"TOKEN": SecretKeyRef("web", "TOKEN")}
    assert "names Secret 'web'" in refusal(pod(), secrets=MOUNTED, env=given)


@pytest.mark.parametrize("account", ["default", "mine"])
def test_a_pod_that_mounts_as_somebody_else_is_refused(account):
    own = f"serviceAccountName: {account}" if account != "default" else "restartPolicy: Always"
    said = refusal(pod(VOLUME, own, container=MOUNT), secrets=MOUNTED)
    assert f"mounts secrets as service account {account!r}, and on 'k-staging' (staging) 'pvn-secrets' is let read" in said
    assert said.endswith("fix: write `serviceAccountName: pvn-secrets` in the pod's spec")


def test_a_pod_that_mounts_what_an_operator_fetches_is_refused_since_nobody_makes_the_class():
    said = refusal(WHOLE, secrets=FETCHED)
    assert "mounts the class 'web', and on 'k-staging' (staging) the External Secrets Operator brings that Secret" in said


@pytest.mark.parametrize("given", [MOUNTED, FETCHED], ids=["mounted", "fetched"])
def test_a_class_of_ones_own_and_a_secret_that_nobody_gave_are_their_authors_business(given):
    assert render(instance(CLASS, WHOLE.replace(ACCOUNT, "serviceAccountName: mine"), secrets=given)).objects
    assert render(instance(pod(container=READING.replace("name: web", "name: other")), secrets=given)).objects


def test_objects_say_which_classes_of_the_stacks_they_mount():
    assert mounts.classes(render(instance(WHOLE)).objects) == {"web"}
    assert mounts.classes(render(instance(CLASS, WHOLE)).objects) == frozenset()
    assert mounts.classes(render(instance(pod(VOLUME))).objects) == frozenset()


def test_what_no_api_server_would_take_is_left_to_it():
    for odd in ("volumes: [1]", "volumes: {a: b}", "volumes: [{name: s, csi: 1}]", "volumes: [{name: s, projected: []}]"):
        assert render(instance(pod(odd, container="envFrom: [a], volumeMounts: 3"), secrets=MOUNTED)).objects
