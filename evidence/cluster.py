"""Ask a cluster which objects of ours it has, and how they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from delivery import health, objects, pods
from delivery.drift import drift
from delivery.facts import Live, LiveObject
from delivery.objects import ObjectKey
from delivery.structs import replace
from delivery.unknown import Unknown
from evidence.causes import cause

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")
Wanted = Mapping[ObjectKey, Mapping[str, Mapping[str, Any]]]
"""The objects to look for, each as releases have it, by their manifests digest."""

TIMEOUT = 10.0
"""Seconds for a connection or for the next part of an answer. A healthy API server needs milliseconds."""
PAGE = 500
"""Objects per answer: what keeps a LIST of ten thousand Deployments from filling the memory of either side."""
QUESTIONS_AT_ONCE = 8
NAMESPACES_BY_NAME = 16
"""Up to how many namespaces each is asked for its pods by name; more are asked for all at once."""


def find(runtime: str, kubeconfig: str, wanted: Wanted) -> Live | Unknown:
    """Return what a cluster says of the wanted objects; those it does not have are not in the answer.

    One LIST per kind, by label, and one for the pods of each namespace in which workloads are wanted, concurrently: the
    number of questions does not grow with the number of services. Any failure, even of one page, makes the whole answer
    Unknown: half a list proves nothing. Each object is compared with the release that it says it is of.
    """
    if not wanted:
        return {}

    def question(client: httpx2.Client) -> Live:
        with ThreadPoolExecutor(QUESTIONS_AT_ONCE) as pool:
            return _find(client, pool, wanted)

    return ask(runtime, kubeconfig, question)


def ask(runtime: str, kubeconfig: str, question: Callable[[httpx2.Client], T]) -> T | Unknown:
    """Return what a question comes to that is put to a cluster as its kubeconfig says; Unknown where it fails anywhere."""

    def answer() -> T:
        with connect(kubeconfig) as client:
            return question(client)

    return known(runtime, answer)


def known(runtime: str, answer: Callable[[], T]) -> T | Unknown:
    """Return the answer of a cluster; Unknown where there is none, with what is the matter in words that hold no secret."""
    import httpx2
    from lightkube.core.exceptions import ConfigError

    try:
        return answer()
    except httpx2.HTTPStatusError as wrong:
        code, path = wrong.response.status_code, wrong.request.url.path
        return Unknown(f"runtime {runtime!r} answered {code} to {path}", _LOOK)
    except (httpx2.HTTPError, OSError) as wrong:
        return Unknown(f"runtime {runtime!r} does not answer: {cause(wrong)}", _START)
    except ConfigError:
        # a program that hands out credentials may have said anything on its way out, so nothing of it is told
        return Unknown(f"the kubeconfig of runtime {runtime!r} gives no way in", _LOOK)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, yaml.YAMLError) as wrong:
        # the answer was not what an API server says; the text may hold anything, so only its kind is told
        return Unknown(f"runtime {runtime!r} gave an answer that makes no sense ({type(wrong).__name__})", _START)


def _find(client: httpx2.Client, pool: ThreadPoolExecutor, wanted: Wanted) -> Live:
    workloads = [key for key in wanted if (key.api_version.rpartition("/")[0], key.kind) in health.WITH_PODS]
    below = [_list(client, pool, *question) for question in _pod_questions(workloads)]
    versions = sorted({key.api_version for key in wanted})
    names = {k: v for found in pool.map(lambda v: plurals(client, v), versions) for k, v in found.items()}
    kinds = sorted({(key.api_version, key.kind) for key in wanted} & names.keys())
    lists = [_list(client, pool, kind, f"{prefix(kind[0])}/{names[kind]}", objects.CHANNEL) for kind in kinds]
    found = [item for one in below for item in one.result()]
    owned = pods.by_owner(
        (one for one in found if one["kind"] == "Pod"), (one for one in found if one["kind"] == "ReplicaSet")
    )
    live = ((objects.key(item), item) for one in lists for item in one.result())
    return {
        key: _compared(health.look(item, owned.get((key.kind, key.namespace, key.name), ())), item, wanted[key])
        for key, item in live
        if key in wanted
    }


def _compared(found: LiveObject, item: Mapping[str, Any], releases: Mapping[str, Mapping[str, Any]]) -> LiveObject:
    release = releases.get(found.manifests or "")
    return found if release is None else replace(found, drift=drift(release, item))


def _pod_questions(workloads: Iterable[ObjectKey]) -> Iterator[tuple[tuple[str, str], str, str]]:
    """Yield (kind, path, selector) of the lists that hold the pods of workloads and the ReplicaSets between them."""
    namespaces = sorted({key.namespace for key in workloads})
    places = [f"/namespaces/{name}" for name in namespaces] if len(namespaces) <= NAMESPACES_BY_NAME else [""]
    for place in places:
        yield ("v1", "Pod"), f"/api/v1{place}/pods", ""
        yield ("apps/v1", "ReplicaSet"), f"/apis/apps/v1{place}/replicasets", ""


def _list(
    client: httpx2.Client, pool: ThreadPoolExecutor, kind: tuple[str, str], path: str, selector: str
) -> Future[tuple[dict[str, Any], ...]]:
    return pool.submit(lambda: tuple(items(client, kind, path, selector)))


_LOOK = "see what `kubectl get namespaces` says with its kubeconfig"
_START = "start the cluster, or run `pulumi up` for its stack"


_READING = Lock()
"""What reads kubeconfigs ends the process where two threads ask it for the first time at once (seen with msgspec 0.22)."""


def connect(kubeconfig: str) -> httpx2.Client:
    """Return a client that is authorised as the kubeconfig says; the ambient environment plays no part."""
    import httpx2
    from lightkube.config.client_adapter import Client, ConnectionParams
    from lightkube.config.kubeconfig import KubeConfig

    with _READING:
        config = KubeConfig.from_dict(yaml.safe_load(kubeconfig)).get()
    if config is None:
        raise ValueError("the kubeconfig has no current context")
    return Client(config, ConnectionParams(timeout=httpx2.Timeout(TIMEOUT), trust_env=False))


_METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"


def get(client: httpx2.Client, path: str, accept: str = "application/json", **query: str | int) -> dict[str, Any]:
    """Return what a cluster has at a path. Raises HTTPError, and ValueError or TypeError for what is no answer."""
    response = client.get(path, params=query, headers={"Accept": accept})
    response.raise_for_status()
    answer = json.loads(response.content)
    if not isinstance(answer, dict):
        raise TypeError("an API server answers with an object")
    return answer


def prefix(api_version: str) -> str:
    """Return the path under which an API version is served."""
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def plurals(client: httpx2.Client, api_version: str) -> dict[tuple[str, str], str]:
    """Return the URL name of every kind of an API version; none where the cluster does not serve it."""
    import httpx2

    try:
        resources = get(client, prefix(api_version))["resources"]
    except httpx2.HTTPStatusError as wrong:
        if wrong.response.status_code == httpx2.codes.NOT_FOUND:
            return {}
        raise
    return {(api_version, one["kind"]): one["name"] for one in resources if "/" not in one["name"]}


def items(client: httpx2.Client, kind: tuple[str, str], path: str, selector: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a list, page by page."""
    page = ""
    chosen = {"labelSelector": selector} if selector else {}
    # of a ReplicaSet only the metadata says anything here, and its template is most of it
    accept = _METADATA_ONLY if kind == ("apps/v1", "ReplicaSet") else "application/json"
    while True:
        answer = get(client, path, accept, limit=PAGE, **chosen, **({"continue": page} if page else {}))
        for item in answer["items"]:
            # a list names the kind once, not in every item
            yield item | {"apiVersion": kind[0], "kind": kind[1]}
        page = answer["metadata"].get("continue", "")
        if not page:
            return
