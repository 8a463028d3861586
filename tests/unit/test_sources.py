"""Which files a config means: laying configs over one another, sub paths, patterns."""

import pytest

from delivery import patterns, sources
from delivery.shapes.kubernetes import KubernetesConfig, KubernetesPatch, LocalConfig, PatchReplace


def config(**fields) -> KubernetesConfig:
    return KubernetesConfig(**fields)


def patch(path: str) -> KubernetesPatch:
    return KubernetesPatch(replace=PatchReplace(path=path, string="x"))


BASE = config(type="KUBERNETES", local=LocalConfig(path="base", sub_path="a"), patches=(patch("/a"),))


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        (config(), BASE),
        (config(type="KUSTOMIZE"), {"type": "KUSTOMIZE"}),
        (config(inlined="kind: A"), {"inlined": "kind: A", "local": None}),
        (config(local=LocalConfig(sub_path="b")), {"local": LocalConfig(path="base", sub_path="b")}),
        (config(local=LocalConfig(path="c")), {"local": LocalConfig(path="c", sub_path="a")}),
        (config(local=LocalConfig(paths=("c", "d"))), {"local": LocalConfig(paths=("c", "d"), sub_path="a")}),
        (config(patches=(patch("/b"),)), {"patches": (patch("/a"), patch("/b"))}),
        (config(env_injection_mode="ENV_INJECT_DISABLED"), {"env_injection_mode": "ENV_INJECT_DISABLED"}),
    ],
)
def test_a_channels_config_is_laid_over_the_services_field_by_field(over, expected):
    wanted = expected if isinstance(expected, KubernetesConfig) else BASE.model_copy(update=expected)
    found = sources.merged(BASE, over)
    assert found is not None
    assert found.model_dump() == wanted.model_dump()


def test_one_config_alone_stands_for_itself():
    assert sources.merged(BASE, None) is BASE
    assert sources.merged(None, BASE) is BASE
    assert sources.merged(None, None) is None


def test_local_files_take_the_place_of_inlined_ones():
    found = sources.merged(config(inlined="kind: A"), config(local=LocalConfig(path=".")))
    assert found is not None
    assert (found.inlined, found.local) == (None, LocalConfig(path="."))


@pytest.mark.parametrize(
    ("sub_path", "path", "answer"),
    [
        ("live", "live", True),
        ("live", "live/deep/a.yaml", True),
        ("live", "lives/a.yaml", False),
        ("./live/", "live/a.yaml", True),
        (".", "live/a.yaml", True),
        ("a/../live", "live/a.yaml", True),
        ("./{{.A}}", "live/a.yaml", True),
        ("{{.A}}/../x", "x/a.yaml", True),
        ("live/...", "live/a.yaml", True),
        ("overlays/{{.Builtins.ReleaseChannel.Name}}", "overlays/live", True),
        ("overlays/{{.Builtins.ReleaseChannel.Name}}", "base", False),
        ("{{if true}}a{{else}}b{{end}}", "a/x.yaml", True),
        ("{{.A}}-x", "live-x/a.yaml", True),
        ("{{.A}}-x", "live-y/a.yaml", False),
    ],
)
def test_a_template_says_which_paths_it_can_turn_out_as(sub_path, path, answer):
    assert sources.may_be(sub_path, path) is answer


@pytest.mark.parametrize(
    ("given", "path", "answer"),
    [
        (["*.bak"], "a.bak", True),
        (["*.bak"], "deep/a.bak", True),
        (["/*.bak"], "deep/a.bak", False),
        (["deep/"], "deep/a", True),
        (["deep"], "x/deep/a", True),
        (["a/**/z"], "a/b/c/z", True),
        (["a/**/z"], "a/z", True),
        (["a/**"], "a/b/c", True),
        (["**/z"], "a/b/z", True),
        (["?.yaml"], "a.yaml", True),
        (["?.yaml"], "ab.yaml", False),
        (["[ab].yaml"], "b.yaml", True),
        (["[!ab].yaml"], "b.yaml", False),
        (["*.yaml", "!keep.yaml"], "keep.yaml", False),
        (["a+b"], "aab", False),
        ([], "a", False),
    ],
)
def test_patterns_mean_what_gitignore_means(given, path, answer):
    assert patterns.matches(path, given) is answer
