"""What an instance's manifests become: named, owned, ordered, and refused with everything that is wrong."""

from __future__ import annotations

import copy

import pytest

from delivery.gotemplate import Image
from delivery.instances import ManifestFile, Runtime
from delivery.manifests import Rendered, loading, render, with_version
from delivery.problems import Spot
from tests.unit.manifests.made import HEAD, config_map, deployment, instance, refusal

OWNED = {
    "prodvana.io/application": "shop",
    "prodvana.io/service": "web",
    "prodvana.io/release-channel": "staging",
}
CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec: {group: example.com, scope: Cluster, names: {kind: Thing}}
"""


def names(rendered: Rendered) -> list[str]:
    return [one["metadata"]["name"] for one in rendered.objects]


def test_an_object_gets_its_namespace_and_its_owners_labels():
    [found] = render(instance(HEAD + "data: {a: b}\n")).objects
    assert found == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "settings", "namespace": "shop-staging", "labels": OWNED},
        "data": {"a": "b"},
    }


def test_templates_see_parameters_constants_and_builtins():
    text = (
        HEAD + "data:\n  a: '{{.Params.image}} {{.Params.image.Tag}} {{.Params.n}}'\n  b: '{{.Constants.c}}'\n"
        "  c: '{{.Builtins.ReleaseChannel.Name}} {{.Builtins.Runtime.Name}} {{.Builtins.Runtime.Labels.env}}'\n"
    )
    [found] = render(instance(text, parameters={"image": Image("r/web:v1", "v1"), "n": 3}, constants={"c": "d"})).objects
    assert found["data"] == {"a": "r/web:v1 v1 3", "b": "d", "c": "staging k-staging staging"}


def test_the_version_is_an_annotation_of_objects_and_not_of_pods():
    rendered = render(instance(deployment()))
    before = copy.deepcopy(rendered.objects)
    [found] = with_version(rendered.objects, "sha256:1")
    assert found["metadata"]["annotations"] == {"prodvana.io/version": "sha256:1"}
    assert "metadata" not in found["spec"]["template"]
    assert rendered.objects == before


def test_files_are_read_in_sorted_order_and_none_breaks_its_neighbour():
    files = (ManifestFile("b.yaml", config_map("two").rstrip()), ManifestFile("a.yaml", config_map("one").rstrip()))
    assert names(render(instance(*files))) == ["one", "two"]


def test_objects_that_others_need_come_first():
    kinds = ("Deployment", "Thing", "ConfigMap", "ServiceAccount", "Ingress", "Job")
    text = "---\n".join(f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: {kind.lower()}}}\n" for kind in kinds)
    found = render(instance(text + "---\n" + CRD))
    assert names(found) == ["things.example.com", "serviceaccount", "configmap", "thing", "deployment", "job", "ingress"]


def test_objects_of_one_kind_keep_their_order_and_every_object_its_place():
    rendered = render(instance(config_map("z") + "---\n" + config_map("a"), config_map("b")))
    assert names(rendered) == ["z", "a", "b"]
    assert rendered.spots == (Spot("shop/a.yaml", 1), Spot("shop/a.yaml", 6), Spot("shop/b.yaml", 1))
    assert [one.document for one in rendered.places] == [1, 2, 1]


def test_an_inlined_manifest_counts_from_where_it_stands():
    file = ManifestFile("shop/web.pvn.yaml", "---\nkind: ConfigMap\nmetadata: {name: a}\n", line=8)
    assert refusal(file).startswith("shop/web.pvn.yaml:9: the object has no apiVersion\n")


def test_lists_are_their_items():
    text = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: a}\n"
    [found] = render(instance(text)).objects
    assert (found["kind"], found["metadata"]["labels"]) == ("Service", OWNED)


def test_cluster_scoped_objects_get_labels_and_no_namespace():
    thing = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: b}\n"
    role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\n"
    rendered = render(instance(thing + "---\n" + CRD + "---\n" + role))
    assert names(rendered) == ["things.example.com", "a", "b"]
    assert all("namespace" not in one["metadata"] for one in rendered.objects)
    assert all(one["metadata"]["labels"] == OWNED for one in rendered.objects)


def test_custom_resources_live_in_the_namespace_unless_their_definition_says_otherwise():
    [found] = render(instance("apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: b}\n")).objects
    assert found["metadata"]["namespace"] == "shop-staging"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            config_map("a") + "  namespace: other\n",
            "the object is for the namespace 'other', but shop/staging/web lives in 'shop-staging'",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a-}\n",
            "generateName makes a new object at every update",
        ),
        ("apiVersion: v1\nkind: ConfigMap\n", "the object has no metadata.name"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 5}\n", "metadata.name is 5, not text"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: []\n", "metadata is not a mapping"),
        (config_map("A"), "'A' cannot be the name of a ConfigMap"),
        (config_map("a." + "b" * 252), "cannot be the name of a ConfigMap"),
        (config_map("a..b"), "'a..b' cannot be the name of a ConfigMap"),
        ("apiVersion: v1\nkind: Service\nmetadata: {name: a.b}\n", "'a.b' cannot be the name of a Service"),
        ("metadata: {name: a}\n", "the object has no kind"),
        ("just text\n", "the document is not a Kubernetes object"),
        ("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: b}\n", "Secret 's' holds its data in the open"),
        ("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop-staging}\n", "is made for the release channel already"),
        (config_map("a") + "  labels: {prodvana.io/service: other}\n", "prodvana.io/service is set to 'other' by hand"),
        (config_map("a") + "  annotations: {prodvana.io/version: '1'}\n", "prodvana.io/version is set to '1' by hand"),
        (config_map("a") + "  labels: {a: 1}\n", "metadata.labels 'a' is 1, and only text is allowed"),
        (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: -1}\n",
            "Deployment 'a' has -1 replicas",
        ),
        (config_map("a") + "---\n" + config_map("a"), "ConfigMap 'a' is here twice, first at shop/a.yaml:1"),
        (
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a, namespace: b}\n",
            "a ClusterRole has no namespace, and this one names 'b'",
        ),
        ("a: [1\n", "shop/a.yaml:1:4: not valid YAML: the `[` that begins here is not closed"),
        ("a: 1\n--- b\n", "a line that begins with `---` separates documents"),
    ],
)
def test_what_cannot_be_owned_is_refused(text, said):
    assert said in refusal(text)


@pytest.mark.parametrize(
    "head",
    [
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 0.a-b.c}",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: 'system:Reader'}",
        "apiVersion: networking.k8s.io/v1\nkind: IPAddress\nmetadata: {name: '2001:db8::1'}",
    ],
)
def test_a_kind_is_named_by_its_own_rule(head):
    assert len(render(instance(f"{head}\n")).objects) == 1


def test_a_service_does_not_own_a_namespace_that_must_exist_already():
    text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop-staging}\n"
    assert "would own the namespace 'shop-staging' that it lives in" in refusal(text, owns_namespace=False)


def test_a_secret_without_data_and_another_namespace_are_fine():
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ntype: kubernetes.io/service-account-token\n"
    assert names(render(instance(secret, "apiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n"))) == ["b", "a"]


def test_everything_wrong_is_said_at_once():
    said = refusal("a: {{.Params.none}}\n", "b: [\n", "kind: ConfigMap\n", config_map("ok"))
    assert [line.split(":")[0] for line in said.splitlines() if not line.startswith(" ")] == [
        "shop/a.yaml",
        "shop/b.yaml",
        "shop/c.yaml",
        "shop/c.yaml",
    ]


def test_a_template_error_has_its_line_and_column():
    assert refusal(HEAD + "data:\n  a: {{.Params.none}}\n").startswith("shop/a.yaml:5:")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('{{printf "%d" .Constants.x}}', "error calling printf: what it would print is no text: %!d(string=one)"),
        ('{{printf "%s %s" .Constants.x}}', "what it would print is no text: %!s(MISSING)"),
        ('{{printf "%s" .Constants.x 2}}', "what it would print is no text: %!(EXTRA int=2)"),
        ('{{printf "%v" (index .Params "x")}}', "what it would print is no text: <nil>"),
        ('{{index .Params "x" | print}}', "error calling print: what it would print is no text: <nil>"),
        ('{{list (index .Params "x") | toString}}', "error calling toString: what it would print is no text: <nil>"),
    ],
)
def test_what_print_and_printf_complain_of_reaches_no_manifest(source, said):
    assert said in refusal(HEAD + f"data: {{a: '{source}'}}\n", constants={"x": "one"})


def test_a_value_may_look_like_a_complaint():
    text = HEAD + """data: {a: '{{printf "%s%%!" .Constants.x}}', b: '{{print "<nil>"}}'}\n"""
    [found] = render(instance(text, constants={"x": "100%!<nil>"})).objects
    assert found["data"] == {"a": "100%!<nil>%!", "b": "<nil>"}


def test_a_yaml_error_has_the_line_of_the_manifest_wherever_that_comes_in_the_text():
    text = (
        "{{range $k, $v := .Builtins.Runtime.Labels}}# {{$k}}\n# {{$v}}\n{{end}}"
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\n"
    )
    said = refusal(text, runtime=Runtime("k", {"a": "1", "b": "2", "c": "3"}))
    assert said == (
        "shop/a.yaml:5:11: not valid YAML: the `{` that begins here is not closed before the end of the document\n"
        "  fix: close it with `}`, or put quotes around the value"
    )


@pytest.mark.parametrize("on", ["yes", "no"])
@pytest.mark.parametrize(
    "before",
    [
        "",
        '{{- if eq .Constants.on "yes" }}\n  b: 1\n  c: 2\n{{- end }}\n',
        '{{if eq .Constants.on "yes" -}}\n  b: 1\n{{end -}}\n',
        "  b: {{ .Constants.on\n    | upper\n    | quote }}\n",
        "{{/* a comment\n     of two lines */}}\n",
        "{{- range .Builtins.Runtime.Labels }}\n  # {{ . }}\n{{- end }}\n",
    ],
    ids=["nothing", "a choice", "another choice", "an action over lines", "a comment over lines", "a loop"],
)
def test_actions_that_take_or_make_lines_move_no_place(before, on):
    text = f"{HEAD}data:\n{before}  a: {{{{.Constants.on}}}}\n  broken\n  d: 1\n"
    line = text.split("\n").index("  broken") + 1
    assert refusal(text, constants={"on": on}).startswith(f"shop/a.yaml:{line}:3: not valid YAML: a key has no colon here\n")


def test_a_line_that_its_values_have_broken_is_shown_as_it_came_out():
    said = refusal(HEAD + "data:\n  a: b\n   {{.Constants.x}}: c\n", constants={"x": "one"})
    assert said.startswith("shop/a.yaml:6: not valid YAML: the line goes on with the value above it")
    assert said.endswith("\n  fix: indent the line to fit; the line came out as `one: c`")


def test_objects_do_not_depend_on_the_order_of_anything_given():
    env, values = {"A": "1", "B": "2"}, {"x": "1", "y": "2"}
    text = deployment() + "---\n" + HEAD + "data: {x: '{{.Constants.x}}', y: '{{.Constants.y}}'}\n"
    backwards = {"env": dict(reversed(env.items())), "constants": dict(reversed(values.items()))}
    one, other = instance(text, env=env, constants=values), instance(text, **backwards)
    assert render(one).objects == render(other).objects


def test_rendering_twice_gives_equal_objects_that_share_nothing():
    first, second = render(instance(deployment())).objects, render(instance(deployment())).objects
    assert first == second
    first[0]["spec"]["template"]["spec"]["containers"].clear()
    assert second[0]["spec"]["template"]["spec"]["containers"]


def test_a_channel_may_have_no_objects_at_all():
    assert render(instance('{{if eq .Builtins.ReleaseChannel.Name "other"}}a: b{{end}}\n# nothing\n')).objects == ()


@pytest.mark.parametrize("text", ["", " \n\n", "# nothing yet\n", "---\n# nothing\n---\n...\n", "\t\r\n"])
def test_a_manifest_that_holds_nothing_is_no_manifest(text):
    said = "the manifest holds no object\n  fix: write one, or take the manifest away"
    assert refusal(deployment(), text) == f"shop/b.yaml: {said}"
    assert refusal(ManifestFile("shop/web.pvn.yaml", text, line=8)) == f"shop/web.pvn.yaml:8: {said}"


@pytest.mark.parametrize("text", ["{{/* nothing */}}", "# {{.Constants}}\n", "null\n"])
def test_a_manifest_that_brings_nothing_here_may_do_so(text):
    assert len(render(instance(deployment(), text)).objects) == 1


def test_a_template_that_lists_its_values_is_its_authors_doing():
    text = HEAD + 'data:{{range $k, $v := .Constants}}\n  {{$k}}: {{printf "%q" $v}}{{end}}\n'
    [found] = render(instance(text, constants={"a": "x: y", "b": "one\ntwo"})).objects
    assert found["data"] == {"a": "x: y", "b": "one\ntwo"}


@pytest.mark.parametrize("digits", ["9" * 5000, "0x" + "f" * 5000, "-" + "9" * 5000])
def test_numbers_without_end_are_text(digits):
    [found] = render(instance(HEAD + f"data: {{a: {digits}}}\n")).objects
    assert found["data"] == {"a": digits}


@pytest.mark.parametrize("text", ["a: " + "[" * 5000 + "]" * 5000, '{"a": ' + "[" * 5000 + "]" * 5000 + "}"])
def test_endless_nesting_is_refused(text):
    assert "nested too deeply" in refusal(text)


def test_aliases_that_unfold_without_end_are_refused(monkeypatch):
    monkeypatch.setattr(loading, "_MOST_VALUES", 4_000)
    rows = [f"c{n}: &c{n} [{', '.join([f'*c{n - 1}'] * 10)}]" for n in range(1, 8)]
    assert "unfold to too much" in refusal("c0: &c0 [1, 1]\n" + "\n".join(rows))
