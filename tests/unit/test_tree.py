"""Reading a folder: where files may lie, what is refused, and that all of it is said at once."""

import os
from pathlib import Path

import pytest

from delivery import sources, tree
from delivery.problems import Refused, Spot
from delivery.tree import Tree

APPLICATION = "application: {name: shop, releaseChannels: [{name: live, runtimes: [{runtime: here}]}]}\n"
SERVICE = "service: {name: web, application: shop, kubernetesConfig: {type: KUBERNETES, local: {path: .}}}\n"
HOME = "applications/shop"


@pytest.fixture
def project(tmp_path):
    """Return a function that writes files into a project that has an application and a service."""

    def write(files: dict[str, str | bytes | None] | None = None) -> Path:
        known: dict[str, str | bytes | None] = {
            f"{HOME}/shop.pvn.yaml": APPLICATION,
            f"{HOME}/web/web.pvn.yaml": SERVICE,
            f"{HOME}/web/one.yaml": "kind: One\n",
        }
        for name, text in (known | (files or {})).items():
            if text is not None:
                path = tmp_path / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text.encode() if isinstance(text, str) else text)
        return tmp_path

    return write


def said(root: Path) -> str:
    with pytest.raises(Refused) as refused:
        tree.read(root)
    return str(refused.value)


def selected(found: Tree, sub_path: str | None = None) -> list[str]:
    service = found.services["shop", "web"]
    config = service.kubernetes_config
    assert config is not None
    return [file.name.removeprefix(f"{HOME}/web/") for file in sources.select(found, service, config, sub_path)]


def service(local: str, kind: str = "KUBERNETES", more: str = "") -> str:
    return f"service: {{name: web, application: shop, kubernetesConfig: {{type: {kind}, {local}}}{more}}}\n"


def test_this_projects_own_tree_is_read():
    found = tree.read(Path(__file__).parents[2])
    assert set(found.applications) == {"my-app", "my-other-app"}
    assert set(found.stacks) == {"staging", "production"}
    assert set(found.releases) == set(found.applications)


def test_any_layout_works_because_content_says_what_a_file_is(project):
    files = {f"{HOME}/shop.pvn.yaml": None, f"{HOME}/web/web.pvn.yaml": None, f"{HOME}/web/one.yaml": None}
    root = project(files | {"applications/x.pvn.yml": APPLICATION, "applications/a/b/c/y.pvn.yaml": SERVICE})
    (root / "applications/a/b/c/one.yml").write_text("kind: One\n")
    found = tree.read(root)
    assert list(found.services) == [("shop", "web")]
    assert found.services["shop", "web"].at == Spot("applications/a/b/c/y.pvn.yaml", 1, 10)


def test_every_kind_of_document_has_its_place_in_the_tree(project):
    root = project(
        {
            "applications/hours.pvn.yaml": "protection: {name: hours, builtin: {alwaysPassing: {}}}\n",
            "applications/here.pvn.yaml": "runtime: {name: here, labels: [{label: a, value: b}]}\n",
            "releases/shop.yaml": "release: {application: shop, services: {web: {parameters: {a: 1}}}}\n",
            "releases/README.md": "not a release\n",
            "Pulumi.live.yaml": "config: {'pvn:maxDeletions': 3, 'aws:region': eu}\n",
            "Pulumi.yaml": "name: pvn\n",
        }
    )
    found = tree.read(root)
    assert (list(found.protections), list(found.runtimes), list(found.releases)) == (["hours"], ["here"], ["shop"])
    assert {name: stack.max_deletions for name, stack in found.stacks.items()} == {"live": 3}
    assert found.documents[f"{HOME}/shop.pvn.yaml"].application is found.applications["shop"]


def test_metadata_stays_beside_its_object(project):
    root = project({f"{HOME}/shop.pvn.yaml": APPLICATION + "application_metadata: {description: where people buy}\n"})
    metadata = tree.read(root).documents[f"{HOME}/shop.pvn.yaml"].application_metadata
    assert metadata is not None
    assert metadata.description == "where people buy"


def test_all_problems_of_all_files_come_in_one_go_sorted_and_each_once(project):
    root = project({f"{HOME}/a.pvn.yaml": "runtime: {name: A, foo: 1}\n", "releases/x.yaml": "", "Pulumi.a.yaml": "[]\n"})
    with pytest.raises(Refused) as refused:
        tree.read(root)
    places = [str(one.at) for one in refused.value.problems]
    assert places == ["Pulumi.a.yaml:1:1", f"{HOME}/a.pvn.yaml:1:17", f"{HOME}/a.pvn.yaml:1:20", "releases/x.yaml"]


def test_a_directory_is_not_recursive(project):
    root = project({f"{HOME}/web/b.yml": "", f"{HOME}/web/deep/two.yaml": "", f"{HOME}/web/note.txt": ""})
    assert selected(tree.read(root)) == ["b.yml", "one.yaml"]


def test_a_directory_with_three_dots_is_recursive(project):
    files = {f"{HOME}/web/web.pvn.yaml": service("local: {path: ./...}"), f"{HOME}/web/deep/two.yaml": ""}
    assert selected(tree.read(project(files))) == ["deep/two.yaml", "one.yaml"]


def test_paths_are_taken_in_their_order_and_each_file_once(project):
    files = {f"{HOME}/web/web.pvn.yaml": service("local: {paths: [two.yaml, ., deep]}"), f"{HOME}/web/two.yaml": ""}
    assert selected(tree.read(project(files | {f"{HOME}/web/deep/a.yaml": ""}))) == ["two.yaml", "one.yaml", "deep/a.yaml"]


def test_a_path_may_lead_to_another_folder_of_the_project(project):
    files = {f"{HOME}/web/web.pvn.yaml": service("local: {path: ../../../shared}"), "shared/a.yaml": "kind: A\n"}
    assert selected(tree.read(project(files))) == ["shared/a.yaml"]


def test_a_sub_path_is_gathered_for_every_channel_and_selected_for_one(project):
    local = 'local: {path: env, subPath: "{{.Builtins.ReleaseChannel.Name}}/..."}'
    files = {
        f"{HOME}/web/web.pvn.yaml": service(local),
        f"{HOME}/web/env/live/deep/a.yaml": "",
        f"{HOME}/web/env/old/b.yaml": "",
    }
    found = tree.read(project(files))
    assert selected(found, "live/...") == ["env/live/deep/a.yaml"]
    assert [one.name for one in sources.all_of(found, found.services["shop", "web"])] == [
        f"{HOME}/web/env/live/deep/a.yaml",
        f"{HOME}/web/env/old/b.yaml",
    ]


def test_a_sub_path_without_manifests_is_refused_when_it_is_known(project):
    local = 'local: {path: ., subPath: "env/{{.Builtins.ReleaseChannel.Name}}"}'
    found = tree.read(project({f"{HOME}/web/web.pvn.yaml": service(local), f"{HOME}/web/env/live/a.yaml": ""}))
    with pytest.raises(Refused, match="there are no manifests in applications/shop/web/env/old"):
        selected(found, "env/old")
    with pytest.raises(Refused, match="leaves its `path`"):
        selected(found, "../..")


def test_patterns_thin_out_what_a_sub_path_selects(project):
    local = 'local: {path: ., subPath: "e{{.X}}", excludePatterns: ["*.bak.yaml"], includePatterns: ["e*/"]}'
    files = {f"{HOME}/web/env/a.yaml": "", f"{HOME}/web/env/a.bak.yaml": "", f"{HOME}/web/web.pvn.yaml": service(local)}
    assert selected(tree.read(project(files)), "env") == ["env/a.yaml"]


def test_inlined_manifests_know_the_line_on_which_they_begin(project):
    text = "service:\n  name: web\n  application: shop\n  kubernetesConfig:\n    type: KUBERNETES\n"
    text += "    inlined: |\n      kind: A\n"
    found = tree.read(project({f"{HOME}/web/web.pvn.yaml": text}))
    service = found.services["shop", "web"]
    assert service.kubernetes_config is not None
    (file,) = sources.select(found, service, service.kubernetes_config)
    assert (file.name, file.line, file.text) == (f"{HOME}/web/web.pvn.yaml", 7, "kind: A\n")


def test_a_channels_own_manifests_are_gathered_as_well(project):
    more = ", perReleaseChannel: [{releaseChannel: live, kubernetesConfig: {local: {path: live}}}]"
    files = {
        f"{HOME}/web/web.pvn.yaml": service("local: {path: one.yaml}", more=more),
        f"{HOME}/web/live/a.yaml": "kind: A\n",
    }
    found = tree.read(project(files))
    web = found.services["shop", "web"]
    merged = sources.merged(web.kubernetes_config, web.per_release_channel[0].kubernetes_config)
    assert merged is not None
    assert [one.name for one in sources.select(found, web, merged)] == [f"{HOME}/web/live/a.yaml"]
    assert len(sources.all_of(found, web)) == 2


def test_protections_have_manifests_too(project):
    text = "protection: {name: check, kubernetesConfig: {type: KUBERNETES, local: {path: jobs}}}\n"
    found = tree.read(project({"applications/check.pvn.yaml": text, "applications/jobs/job.yaml": "kind: Job\n"}))
    assert "applications/jobs/job.yaml" in found.files


@pytest.mark.parametrize(
    ("local", "words"),
    [
        ("local: {path: /etc}", "'/etc' lies outside the project"),
        ("local: {path: ../../../..}", "'../../../..' lies outside the project"),
        (
            "local: {path: oen.yaml}",
            "there is no applications/shop/web/oen.yaml\n  fix: did you mean 'applications/shop/web/one.yaml'?",
        ),
        ("local: {path: qqq}", "there is no applications/shop/web/qqq\n  fix: paths are relative"),
        ("local: {path: one.yaml/...}", "is a file, and a folder is wanted"),
        ("local: {path: one.yaml, subPath: a}", "is a file, and a folder is wanted"),
        ("local: {path: web.pvn.yaml}", "there are no manifests in"),
        ("local: {}", "`local` names no files"),
        ("local: {subPath: a}", "`subPath` is a place below `path`, which is missing"),
        ("local: {paths: [.], subPath: a}", "`subPath` is a place below `path`, which is missing"),
    ],
)
def test_paths_that_lead_nowhere_are_refused(project, local, words):
    assert words in said(project({f"{HOME}/web/web.pvn.yaml": service(local)}))


def test_an_unreadable_file_is_refused(project, monkeypatch):
    def stat(path, _real=os.stat, **more):
        if str(path).endswith("one.yaml"):
            raise PermissionError(13, "Permission denied")
        return _real(path, **more)

    root = project()
    monkeypatch.setattr(os, "stat", stat)  # root, as whom tests may run, can read everything
    assert f"{HOME}/web/one.yaml: cannot be read: permission denied" in said(root)


def test_a_folder_called_like_a_file_is_looked_into_and_not_read(project):
    root = project()
    (root / f"{HOME}/odd.pvn.yaml").mkdir()
    assert tree.read(root).services


def test_a_pipe_called_like_a_file_does_not_stop_the_reading(project):
    root = project()
    os.mkfifo(root / f"{HOME}/odd.pvn.yaml")
    assert f"{HOME}/odd.pvn.yaml: this is not a file" in said(root)


def test_a_manifest_that_is_not_utf_8_is_refused(project):
    assert "one.yaml:2:3: the file is not UTF-8: byte 0xff" in said(project({f"{HOME}/web/one.yaml": b"a\nbc\xff\n"}))


def test_a_byte_order_mark_does_no_harm(project):
    root = project({f"{HOME}/shop.pvn.yaml": b"\xef\xbb\xbf" + APPLICATION.encode()})
    assert tree.read(root).applications["shop"].at.column == 14


@pytest.mark.parametrize(
    ("link", "target", "words"),
    [
        ("loop", "loop", "applications/loop: the link leads in circles"),
        ("up", "..", "applications/up: the link leads back to a folder above it"),
        ("gone", "nothing", "applications/gone: the link leads to nothing"),
        ("out", "/usr", "applications/out: the link leads out of the project"),
        ("x.pvn.yaml", "/etc/hosts", "applications/x.pvn.yaml: the link leads out of the project"),
    ],
)
def test_links_that_cannot_be_followed_are_refused(project, link, target, words):
    root = project()
    (root / "applications" / link).symlink_to(target)
    assert words in said(root)


def test_a_stack_file_that_is_a_stray_link_is_not_passed_over(project):
    root = project()
    (root / "node_modules").symlink_to("/usr")
    (root / "Pulumi.live.yaml").symlink_to("/etc/hosts")
    assert said(root).startswith("Pulumi.live.yaml: the link leads out of the project")


def test_a_link_inside_the_project_is_followed(project):
    root = project({f"{HOME}/web/one.yaml": None, "shared/one.yaml": "kind: One\n"})
    (root / f"{HOME}/web/one.yaml").symlink_to("../../../shared/one.yaml")
    assert selected(tree.read(root)) == ["one.yaml"]


def test_a_path_that_leaves_the_project_through_a_link_is_refused(project):
    root = project({f"{HOME}/web/web.pvn.yaml": service("local: {path: ../../../linked}")})
    (root / "linked").symlink_to("/usr")
    assert "leads out of the project" in said(root)


@pytest.mark.parametrize("kind", ["missing", "a file", "empty", "without applications"])
def test_an_empty_tree_never_means_delete_everything(tmp_path, kind):
    if kind == "a file":
        (tmp_path / "applications").write_text("")
    elif kind != "missing":
        (tmp_path / "applications").mkdir()
        if kind == "without applications":
            (tmp_path / "applications/here.pvn.yaml").write_text("runtime: {name: here}\n")
    assert said(tmp_path).startswith("applications: ")


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (APPLICATION, APPLICATION, "the application 'shop' is defined twice, first at applications/a.pvn.yaml:1:21"),
        (
            "runtime: {name: x}",
            "runtime: {name: x}",
            "the runtime 'x' is defined twice, first at applications/a.pvn.yaml:1:17",
        ),
        (SERVICE, SERVICE.replace("web", "shop"), ""),
    ],
)
def test_one_name_belongs_to_one_object_of_its_kind(project, first, second, words):
    files = {f"{HOME}/shop.pvn.yaml": None, f"{HOME}/web/web.pvn.yaml": None, "applications/z.pvn.yaml": APPLICATION}
    root = project(
        files | {"applications/a.pvn.yaml": first, "applications/b.pvn.yaml": second, "applications/one.yaml": ""}
    )
    if words:
        assert words in said(root)
    else:
        assert tree.read(root)


def test_a_release_lies_in_the_file_of_its_application(project):
    text = said(project({"releases/other.yaml": "release: {application: shop}\n"}))
    assert "releases/other.yaml:1:24: a release of 'shop' in a file called other.yaml" in text


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("pvn:runtimes: [{name: a, type: eks}]", "`account` is missing\n  fix: add `account: {id: …, region: …, role: …}`"),
        ("pvn:runtimes: [{name: a, type: 3}]", "there is no runtime type '3'"),
        ("pvn:runtimes: [{name: a, type: local, path: b}]", "there is no field `path` here"),
        ("pvn:runtimes: [{name: a, type: kubeconfig}]", "`path` is missing"),
        ("pvn:runtimes: [{type: local}]", "`name` is missing"),
        ("pvn:runtimes: [a]", "item 1 of `runtimes` must be a mapping, not text"),
        ("pvn:runtimes: {a: local}", "`runtimes` must be a list, not a mapping"),
        ("pvn:runtimes: [{name: a, type: local, nodes: 101}]", "`nodes`: `101` is too many or too few"),
        ("pvn:runtimes: [{name: a, type: local, labels: {a: yes}}]", 'quote it: "yes"'),
        ("pvn:registries: [{name: a, type: external, url: 'https://'}]", "is no address of a registry"),
        ("pvn:approvals: {expireAfter: 7d}", "write it in seconds: 604800s"),
        ("pvn:approvals: {expireAfter: 0s}", "must be longer than 0s"),
        ("pvn:maxDeletions: '3'", "must be a whole number, not text"),
        ("pvn:aplications: []", "did you mean 'pvn:applications'?"),
        ("pvn:somethingElse: []", "known keys: pvn:applications, pvn:approvals"),
        ("pvn:config:runtimes: []", "did you mean 'pvn:runtimes'?"),
        ("runtimes: []", "did you mean 'pvn:runtimes'?"),
        ("pvn:runtimes: {secure: AAAB}", "a secret has no place in this configuration"),
    ],
)
def test_a_stacks_config_is_read_as_strictly(project, config, words):
    assert words in said(project({"Pulumi.live.yaml": f"config:\n  {config}\n"}))


def test_a_stack_says_little_when_it_has_little_to_say(project):
    stack = tree.read(project({"Pulumi.live.yaml": "secretsprovider: passphrase\n"})).stacks["live"]
    assert (stack.runtimes, stack.applications, stack.max_deletions) == ((), ("*",), 10)
    assert (stack.approvals.expire_after, stack.approvals.exclude_author) == (604800.0, False)


@pytest.mark.parametrize("url", ["docker.io", "https://docker.io", "https://docker.io/", "docker.io/"])
def test_a_registrys_url_loses_its_scheme_and_its_last_slash(project, url):
    text = f"config:\n  pvn:registries: [{{name: hub, type: external, url: {url}}}]\n"
    assert tree.read(project({"Pulumi.live.yaml": text})).stacks["live"].registries[0].url == "docker.io"
