"""An API server that misbehaves on demand: real ones do not. What real ones say is tested in the engine tier."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest
import yaml

from delivery.drift import UNCOMPARED, Drift
from delivery.facts import LiveObject, Nodes
from delivery.objects import ObjectKey
from delivery.unknown import Unknown
from evidence import cluster, nodes

WEB = ObjectKey("apps/v1", "Deployment", "shop", "web")
RESOURCES = {"resources": [{"name": "deployments", "kind": "Deployment"}, {"name": "deployments/scale", "kind": "Scale"}]}


def deployment(name="web", version="v1"):
    counts = dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), 1)
    return {
        "metadata": {
            "name": name,
            "namespace": "shop",
            "generation": 1,
            "creationTimestamp": "2026-06-01T10:00:00Z",
            "annotations": {"prodvana.io/version": version, "deployment.kubernetes.io/revision": "2"},
        },
        "spec": {"replicas": 1},
        "status": {"observedGeneration": 1, **counts},
    }


def owned(kind, name, by, **more):
    owner = {"kind": by[0], "name": by[1], "controller": True}
    return {"metadata": {"name": name, "namespace": "shop", "ownerReferences": [owner], **more.pop("metadata", {})}, **more}


def replica_set(of="web"):
    return owned(
        "ReplicaSet", f"{of}-2", ("Deployment", of), metadata={"annotations": {"deployment.kubernetes.io/revision": "2"}}
    )


def pod(of="web"):
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": "2026-06-01T10:05:00Z"}
    container = {"restartCount": 0, "state": {"running": {"startedAt": "2026-06-01T10:04:00Z"}}}
    status = {"conditions": [ready], "containerStatuses": [container]}
    return owned("Pod", f"{of}-2-x", ("ReplicaSet", f"{of}-2"), status=status)


def listed(*items):
    return 200, {"metadata": {}, "items": list(items)}


AT = datetime(2026, 6, 1, 10, tzinfo=UTC)
HEALTHY = LiveObject("v1", None, applied=AT, settled=AT + timedelta(minutes=5))


@pytest.fixture
def api():
    """A server whose answers a test sets: path to (status, body)."""
    answers = {
        "/apis/apps/v1": (200, RESOURCES),
        "/apis/apps/v1/deployments": listed(deployment()),
        "/apis/apps/v1/namespaces/shop/replicasets": listed(replica_set()),
        "/api/v1/namespaces/shop/pods": listed(pod()),
    }
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path, _, query = self.path.partition("?")
            asked.append(self.path)
            answer = answers.get(path, (404, {}))
            status, body = answer(query) if callable(answer) else answer
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()

    def stop():
        if thread.is_alive():
            server.shutdown()
            thread.join()
            server.server_close()

    yield SimpleNamespace(port=server.server_port, answers=answers, asked=asked, stop=stop)
    stop()


NO_CAS = {"insecure-skip-tls-verify": True}
"""There is no TLS here; whoever asks would load the authorities of the world all the same, for each test."""


def kubeconfig(port, **user):
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "c",
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
            "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{port}", **NO_CAS}}],
            "users": [{"name": "u", "user": user or {"token": "a-secret-token"}}],
        }
    )


def find(api, *wanted):
    return cluster.find("k", kubeconfig(api.port), {key: {} for key in wanted or (WEB,)})


def test_an_object_that_is_there_is_told_with_its_version_and_health(api):
    assert find(api) == {WEB: HEALTHY}


@pytest.mark.parametrize("path", ["/api/v1/namespaces/shop/pods", "/apis/apps/v1/namespaces/shop/replicasets"])
def test_without_its_pods_nothing_is_said_of_a_workload(api, path):
    api.answers[path] = (403, {})
    assert isinstance(find(api), Unknown)
    api.answers[path] = listed()
    assert find(api)[WEB].ailment is not None


def test_many_namespaces_are_asked_for_their_pods_in_one_go(api):
    api.answers |= {"/api/v1/pods": listed(pod()), "/apis/apps/v1/replicasets": listed(replica_set())}
    found = find(api, WEB, *(ObjectKey("apps/v1", "Deployment", f"n{n}", "web") for n in range(20)))
    assert found == {WEB: HEALTHY}
    assert len(api.asked) == 4


def test_one_question_per_kind_however_many_objects(api):
    names = [f"w{n}" for n in range(50)]
    api.answers["/apis/apps/v1/deployments"] = listed(*map(deployment, names))
    api.answers["/apis/apps/v1/namespaces/shop/replicasets"] = listed(*map(replica_set, names))
    api.answers["/api/v1/namespaces/shop/pods"] = listed(*map(pod, names))
    found = find(api, *(ObjectKey("apps/v1", "Deployment", "shop", f"w{n}") for n in range(50)))
    assert len(found) == 50
    assert all(one.ailment is None for one in found.values())
    assert len(api.asked) == 4


def test_a_long_list_is_read_page_by_page(api):
    def pages(query):
        if "continue=next" in query:
            return 200, {"metadata": {}, "items": [deployment("b")]}
        return 200, {"metadata": {"continue": "next"}, "items": [deployment("a")]}

    api.answers["/apis/apps/v1/deployments"] = pages
    assert set(find(api, WEB, *(ObjectKey("apps/v1", "Deployment", "shop", n) for n in "ab"))) == {
        ObjectKey("apps/v1", "Deployment", "shop", "a"),
        ObjectKey("apps/v1", "Deployment", "shop", "b"),
    }


def test_an_object_is_compared_with_the_release_that_it_says_it_is_of(api):
    item = deployment()
    release = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 1}}
    item["metadata"]["annotations"]["prodvana.io/manifests"] = "one"
    item["metadata"]["managedFields"] = [
        {"manager": "pvn", "operation": "Apply", "fieldsV1": {"f:spec": {"f:replicas": {}}}}
    ]
    api.answers["/apis/apps/v1/deployments"] = listed(item)
    other = {**release, "spec": {"replicas": 1, "paused": True}}
    for releases, drift in (
        ({"one": release, "two": other}, None),
        ({"two": release}, UNCOMPARED),
        ({"one": other}, Drift("spec.paused is gone, or its cluster knows no such field", is_dropped=True)),
    ):
        found = cluster.find("k", kubeconfig(api.port), {WEB: releases})
        assert not isinstance(found, Unknown)
        assert found[WEB].drift == drift


def test_an_object_that_is_not_there_is_not_in_the_answer(api):
    api.answers["/apis/apps/v1/deployments"] = (200, {"metadata": {}, "items": []})
    assert find(api) == {}


def test_a_kind_that_the_cluster_does_not_serve_is_not_in_the_answer(api):
    assert find(api, ObjectKey("example.com/v1", "Widget", "shop", "web")) == {}


def test_no_question_no_connection():
    assert cluster.find("k", "not even a kubeconfig", {}) == {}


def half(query):
    return (500, {}) if "continue" in query else (200, {"metadata": {"continue": "next"}, "items": [deployment()]})


FAULTS = {
    "unauthorized": (401, {}),
    "forbidden": (403, {}),
    "overloaded": (429, {}),
    "broken": (500, {}),
    "gone": (410, {}),
    "not json": (200, b"<html>captive portal</html>"),
    "cut short": (200, b'{"metadata": {}, "items": [{"meta'),
    "not an object": (200, []),
    "no items": (200, {"metadata": {}}),
    "no metadata": (200, {"items": []}),
    "items are no objects": (200, {"metadata": {}, "items": ["web"]}),
    "an item without a name": (200, {"metadata": {}, "items": [{"metadata": {}}]}),
    "half a list": half,
}


@pytest.mark.parametrize("answer", FAULTS.values(), ids=FAULTS)
def test_whatever_goes_wrong_the_answer_is_unknown(api, answer):
    api.answers["/apis/apps/v1/deployments"] = answer
    found = find(api)
    assert isinstance(found, Unknown)
    assert "a-secret-token" not in found.why


def test_a_server_that_is_down_is_unknown(api):
    port = api.port
    api.stop()
    assert isinstance(cluster.find("k", kubeconfig(port), {WEB: {}}), Unknown)


@pytest.mark.parametrize("config", ["", "[]", "a: b", "{", "current-context: x"])
def test_a_kubeconfig_that_is_none_is_unknown(config):
    assert isinstance(cluster.find("k", config, {WEB: {}}), Unknown)


def test_a_program_that_hands_out_no_credentials_is_unknown_and_what_it_said_is_not_told():
    arguments = ["-c", "echo a-secret-token >&2; exit 3"]
    failing = {"apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "args": arguments}
    found = cluster.find("k", kubeconfig(1, exec=failing), {WEB: {}})
    assert isinstance(found, Unknown)
    assert "a-secret-token" not in found.why + found.next


@pytest.mark.parametrize("text", ["[\n" * 5000, kubeconfig(1).replace("current-context: c", "current-context: other")])
def test_a_kubeconfig_that_leads_nowhere_is_unknown(text):
    assert isinstance(cluster.find("k", text, {WEB: {}}), Unknown)


def node(name, *, ready="True", **spec):
    return {"metadata": {"name": name}, "spec": spec, "status": {"conditions": [{"type": "Ready", "status": ready}]}}


NODES = "/api/v1/nodes"


def test_nodes_are_counted_and_those_that_are_not_ready_named(api):
    silent = {"metadata": {"name": "silent"}, "spec": {}, "status": {}}
    cordoned, lost = node("cordoned", unschedulable=True), node("lost", ready="Unknown")
    api.answers[NODES] = listed(node("a"), silent, node("b"), cordoned, lost)
    assert nodes.look("k", kubeconfig(api.port)) == Nodes(5, ("cordoned", "lost", "silent"))


def test_nodes_are_counted_over_every_page(api):
    pages = {"": ("a", "more"), "more": ("b", "")}

    def page(query):
        name, then = pages[parse_qs(query).get("continue", [""])[0]]
        return 200, {"metadata": {"continue": then}, "items": [node(name)]}

    api.answers[NODES] = page
    assert nodes.look("k", kubeconfig(api.port)) == Nodes(2)


@pytest.mark.parametrize(
    "answer",
    [(401, {}), (403, {}), (500, {}), (200, b"no JSON"), (200, []), (200, {}), (200, {"metadata": {}, "items": [{}]})],
)
def test_half_an_answer_about_nodes_is_no_answer(api, answer):
    api.answers[NODES] = answer
    assert isinstance(nodes.look("k", kubeconfig(api.port)), Unknown)


def test_a_cluster_that_is_gone_says_nothing_of_its_nodes(api):
    api.stop()
    assert isinstance(nodes.look("k", kubeconfig(api.port)), Unknown)
