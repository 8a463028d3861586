"""Ask a cluster what we may do there, what time it is, and with which credentials its nodes pull images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from delivery.pulls import Pull
from delivery.unknown import Unknown
from evidence import cluster, credentials
from evidence.credentials import Credentials

if TYPE_CHECKING:
    import httpx2

_NEEDED = (("", "namespaces", "create"), ("apps", "deployments", "patch"), ("apps", "deployments", "delete"))
"""(group, resource, verb): what no update can do without."""
_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_KEYS = ".dockerconfigjson"


class Access(Struct, frozen=True):
    """How we stand with a cluster."""

    version: str
    now: datetime
    """What time it is there."""
    denied: tuple[str, ...]
    """What updates need and we may not do."""


def look(runtime: str, kubeconfig: str) -> Access | Unknown:
    """Return how we stand with a cluster. Nothing there is changed: a review is a question, although it is posted."""

    def question(client: httpx2.Client) -> Access:
        answer = client.get("/version")
        answer.raise_for_status()
        denied = tuple(f"{verb} {resource}" for group, resource, verb in _NEEDED if not _may(client, group, resource, verb))
        return Access(answer.json()["gitVersion"], parsedate_to_datetime(answer.headers["Date"]), denied)

    return cluster.ask(runtime, kubeconfig, question)


def _may(client: httpx2.Client, group: str, resource: str, verb: str) -> bool:
    about = {"group": group, "resource": resource, "verb": verb}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": about},
    }
    answer = client.post(_REVIEWS, json=review)
    answer.raise_for_status()
    return answer.json()["status"]["allowed"] is True


def pullers(runtime: str, kubeconfig: str, pull: Pull, host: str) -> dict[str, Credentials | None] | Unknown:
    """Return the credentials for a host that the Secrets of an image hold, by the Secret's name; None where one has none.

    They never show themselves. A Secret that is not there is left out: nodes go on without it, too.
    """

    def question(client: httpx2.Client) -> dict[str, Credentials | None]:
        found = {}
        for secret in pull.secrets:
            answer = client.get(f"/api/v1/namespaces/{pull.namespace}/secrets/{secret}")
            if answer.status_code != 404:
                answer.raise_for_status()
                found[secret] = credentials.in_secret(answer.json().get("data", {}).get(_KEYS, ""), host)
        return found

    return cluster.ask(runtime, kubeconfig, question)


def pulled(runtime: str, kubeconfig: str, pull: Pull) -> str | Unknown | None:
    """Return what the pods of a namespace say of an image: `running`, why its nodes do not get it, or None for nothing."""

    def question(client: httpx2.Client) -> str | None:
        answer = client.get(f"/api/v1/namespaces/{pull.namespace}/pods")
        answer.raise_for_status()
        said = list(_said(answer.json()["items"], pull.reference))
        return next((one for one in said if one != RUNNING), next(iter(said), None))

    return cluster.ask(runtime, kubeconfig, question)


RUNNING = "running"


def _said(pods: Iterable[dict[str, Any]], reference: str) -> Iterator[str]:
    for pod in pods:
        for one in (pod.get("status") or {}).get("containerStatuses") or ():
            waiting = (one.get("state") or {}).get("waiting") or {}
            if reference in one.get("imageID", ""):
                yield RUNNING
            elif reference in one.get("image", "") and waiting.get("reason") in ("ErrImagePull", "ImagePullBackOff"):
                yield str(waiting.get("message") or waiting["reason"])
