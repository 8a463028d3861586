"""Everything that is wrong is said at once, and nothing that would not be true of the whole."""

import os
from itertools import combinations
from pathlib import Path

import pytest

from delivery.audit import audit
from delivery.problems import Problem, Refused

APPS = "applications"


def service(name: str, application: str = "shop", more: str = "") -> str:
    head = f"service:\n  name: {name}\n  application: {application}\n"
    return f"{head}  kubernetesConfig: {{type: KUBERNETES, local: {{path: .}}}}\n{more}"


def config_map(name: str, data: str = "{}") -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {data}\n"


PARAMETERS = "  parameters:\n    - {name: level, required: true, string: {}}\n"
CHANNELS = "  releaseChannels:\n    - name: live\n      runtimes: [{runtime: k-live}]\n"
GOOD = {
    "Pulumi.live.yaml": "config:\n  pvn:runtimes: [{name: k-live, type: local}]\n",
    f"{APPS}/shop/shop.pvn.yaml": f"application:\n  name: shop\n{CHANNELS}",
    f"{APPS}/blog/blog.pvn.yaml": f"application:\n  name: blog\n{CHANNELS}",
    f"{APPS}/live.pvn.yaml": "runtime:\n  name: k-live\n  labels: [{label: region, value: eu}]\n",
    f"{APPS}/shop/web/web.pvn.yaml": service("web", more=PARAMETERS),
    f"{APPS}/shop/web/web.yaml": config_map(
        "web", '{level: "{{.Params.level}}", at: "{{.Builtins.Runtime.Labels.region}}"}'
    ),
    f"{APPS}/shop/api/api.pvn.yaml": service("api", more=PARAMETERS),
    f"{APPS}/shop/api/api.yaml": config_map("api", '{level: "{{.Params.level}}"}'),
    f"{APPS}/blog/site/site.pvn.yaml": service("site", "blog"),
    f"{APPS}/blog/site/site.yaml": config_map("site"),
    "releases/shop.yaml": (
        "release:\n  application: shop\n  services:\n"
        "    web:\n      parameters: {level: info}\n    api:\n      parameters: {level: debug}\n"
    ),
}
BREAKAGES = {
    "a stack that is no list": {"Pulumi.live.yaml": "config:\n  pvn:runtimes: k-live\n"},
    "an application that is no YAML": {f"{APPS}/blog/blog.pvn.yaml": "application: [\n"},
    "an application with an unknown field": {
        f"{APPS}/blog/blog.pvn.yaml": f"application:\n  name: blog\n  a: b\n{CHANNELS}"
    },
    "an application whose runtime is not there": {
        f"{APPS}/blog/blog.pvn.yaml": f"application:\n  name: blog\n{CHANNELS}".replace("k-live", "k-gone")
    },
    "a runtime document that is no YAML": {f"{APPS}/live.pvn.yaml": "runtime: {name: k-live, labels: [\n"},
    "a runtime document of another cloud": {
        f"{APPS}/live.pvn.yaml": GOOD[f"{APPS}/live.pvn.yaml"] + "  cloudProvider: EKS\n"
    },
    "a service that is no YAML": {f"{APPS}/shop/web/web.pvn.yaml": "service: {name: web\n"},
    "a service with an unknown field": {f"{APPS}/shop/web/web.pvn.yaml": service("web", more=PARAMETERS + "  a: b\n")},
    "a service of no application": {f"{APPS}/shop/web/web.pvn.yaml": service("web", "shopp", PARAMETERS)},
    "a service that knows an unknown channel": {
        f"{APPS}/shop/web/web.pvn.yaml": service("web", more=PARAMETERS + "  perReleaseChannel: [{releaseChannel: a}]\n")
    },
    "a service without manifests": {f"{APPS}/shop/web/web.yaml": ""},
    "a template that asks for nothing": {f"{APPS}/shop/api/api.yaml": config_map("api", '{level: "{{.Params.levle}}"}')},
    "a manifest that is no YAML": {f"{APPS}/shop/api/api.yaml": config_map("api", "[")},
    "two owners of one object": {f"{APPS}/shop/api/api.yaml": config_map("web")},
    "a release that is no YAML": {"releases/shop.yaml": "release: [\n"},
    "a release of nothing": {"releases/shop.yaml": GOOD["releases/shop.yaml"] + "    gone: {parameters: {a: b}}\n"},
    "a release with an unknown parameter": {
        "releases/shop.yaml": GOOD["releases/shop.yaml"].replace("{level: debug}", "{level: debug, size: 3}")
    },
    "a release that forgets a parameter": {"releases/shop.yaml": GOOD["releases/shop.yaml"].replace("{level: info}", "{}")},
    "a release in the wrong file": {"releases/blog.yaml": "release: {application: shop}\n"},
}


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        if text:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        else:
            (root / name).unlink(missing_ok=True)


def said(root: Path, *breakages: str) -> set[Problem]:
    """Return what is said of a sound project with these breakages, which are mended again."""
    broken: dict[str, str] = {}
    for name in breakages:
        broken |= BREAKAGES[name]
    if not (root / "applications").exists():
        write(root, GOOD)
    write(root, broken)
    try:
        audit(root)
    except Refused as refused:
        return set(refused.problems)
    finally:
        write(root, {name: GOOD.get(name, "") for name in broken})
    return set()


def key(problems: set[Problem]) -> set[tuple[str, str]]:
    return {(str(one.at), one.what) for one in problems}


def test_a_sound_project_is_what_it_wants(tmp_path):
    assert not said(tmp_path)
    assert [one.instance.id for one in audit(tmp_path).candidates] == ["blog/live/site", "shop/live/api", "shop/live/web"]


@pytest.mark.parametrize("name", BREAKAGES)
def test_whatever_is_broken_is_said(tmp_path, name):
    assert said(tmp_path, name)


def test_nothing_is_said_of_two_breakages_together_that_is_not_said_of_one_of_them(tmp_path):
    alone = {one: key(said(tmp_path, one)) for one in BREAKAGES}
    for first, second in combinations(BREAKAGES, 2):
        if not BREAKAGES[first].keys() & BREAKAGES[second].keys():
            together = key(said(tmp_path, first, second))
            assert together <= alone[first] | alone[second], (first, second)
            assert together


@pytest.mark.parametrize(
    "names",
    [
        ("an application that is no YAML", "a service with an unknown field", "a template that asks for nothing"),
        ("an application with an unknown field", "a service of no application", "a manifest that is no YAML"),
        (
            "an application whose runtime is not there",
            "a service that knows an unknown channel",
            "a release in the wrong file",
        ),
        ("a service that is no YAML", "a template that asks for nothing", "an application whose runtime is not there"),
        ("a service without manifests", "a release of nothing", "a template that asks for nothing"),
        ("a release that forgets a parameter", "a template that asks for nothing"),
        ("a service with an unknown field", "a release of nothing", "an application with an unknown field"),
    ],
    ids=" + ".join,
)
def test_what_does_not_hang_together_is_said_together(tmp_path, names):
    alone = [key(said(tmp_path, one)) for one in names]
    assert key(said(tmp_path, *names)) == set.union(*alone)


def test_a_pipe_among_the_files_is_refused_and_nobody_waits_for_what_comes_out_of_it(tmp_path):
    said(tmp_path)
    (tmp_path / f"{APPS}/blog/blog.pvn.yaml").unlink()
    os.mkfifo(tmp_path / f"{APPS}/blog/blog.pvn.yaml")
    with pytest.raises(Refused, match="this is not a file"):
        audit(tmp_path)
