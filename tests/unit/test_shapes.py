"""Values of the format: what is taken, what is refused, and in which words."""

import pytest
from pydantic import ValidationError

from delivery.problems import Spot
from delivery.shapes.config import ProdvanaConfig
from delivery.shapes.fields import camel
from delivery.shapes.parameters import Constant, StringConstant
from delivery.shapes.release import ReleaseFile
from delivery.shapes.service import ServiceConfig
from tests.unit.typed import read, said

SERVICE = "service: {name: web, application: shop, %s}"
CHANNEL = "application: {name: shop, releaseChannels: [{name: live, %s}]}"


def service(field: str) -> ServiceConfig:
    found = read(SERVICE % field)
    assert isinstance(found, ProdvanaConfig)
    assert found.service is not None
    return found.service


@pytest.mark.parametrize(
    ("typed", "seconds"), [("600s", 600.0), ("0.5s", 0.5), (".5s", 0.5), ("1.s", 1.0), ('"600s"', 600.0), ("0s", 0.0)]
)
def test_a_duration_is_decimal_seconds(typed, seconds):
    assert service(f"progressDeadline: {typed}").progress_deadline == seconds


@pytest.mark.parametrize(
    ("typed", "fix"),
    [
        ("10m", "write it in seconds: 600s"),
        ("1h", "write it in seconds: 3600s"),
        ("1.5h", "write it in seconds: 5400s"),
        ("500ms", "write it in seconds: 0.5s"),
        ("600", "write it in seconds: 600s"),
        ('"600"', "write it in seconds: 600s"),
        ("-5s", "write decimal seconds and an s, such as 600s or 0.5s"),
        ("soon", "write decimal seconds and an s, such as 600s or 0.5s"),
        ("1h30m", "write decimal seconds and an s, such as 600s or 0.5s"),
        ("true", "write decimal seconds and an s, such as 600s or 0.5s"),
    ],
)
def test_anything_else_is_not_a_duration(typed, fix):
    shown = typed.strip('"')
    assert said(SERVICE % f"progressDeadline: {typed}") == (
        f"a.pvn.yaml:1:59: `progressDeadline`: `{shown}` is not a duration\n  fix: {fix}"
    )


def test_null_is_not_a_duration_and_not_an_enum():
    assert "`progressDeadline` has no value" in said(SERVICE % "progressDeadline: null")
    assert "`parametersAutogen` has no value" in said(SERVICE % "parametersAutogen: ~")


@pytest.mark.parametrize(("typed", "number"), [("3", 3), ('"3"', 3), ('"-3"', -3), ("9223372036854775807", 2**63 - 1)])
def test_an_int64_is_a_number_with_or_without_quotes(typed, number):
    (parameter,) = service(f"parameters: [{{name: n, int: {{defaultValue: {typed}}}}}]").parameters
    assert parameter.int is not None
    assert parameter.int.default_value == number


@pytest.mark.parametrize("typed", ['"3.0"', "1.5", "true", '""', "9223372036854775808", "[3]", "1e3"])
def test_anything_else_is_not_an_int64(typed):
    assert "`defaultValue`" in said(SERVICE % f"parameters: [{{name: n, int: {{defaultValue: {typed}}}}}]")


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ('parameters: [{name: n, int: {defaultValue: "%s"}}]', "does not fit into 64 bits"),
        ("parameters: [{name: n, int: {defaultValue: %s}}]", "does not fit into 64 bits"),
        ('kubernetesConfig: {patches: [{replace: {intAsString: "%s"}}]}', "does not fit into 64 bits"),
        ("progressDeadline: %ss", "is longer than any duration can be"),
        ("runtimeConnection: %s", "YAML reads `999999"),
        ("parametersAutogen: %s", "must be one of NONE, "),
    ],
)
def test_numbers_without_end_are_refused_in_few_words(field, words):
    text = said(SERVICE % (field % ("9" * 5000)))
    assert words in text
    assert len(text) < 600


@pytest.mark.parametrize(("typed", "name"), [("KUBERNETES", "KUBERNETES"), ("1", "KUBERNETES"), ("2", "KUSTOMIZE")])
def test_an_enum_is_its_name_or_its_number(typed, name):
    config = service(f"kubernetesConfig: {{type: {typed}, local: {{path: .}}}}").kubernetes_config
    assert config is not None
    assert config.type == name


@pytest.mark.parametrize("typed", ["UNKNOWN", "0"])
def test_number_0_of_an_enum_is_unset(typed):
    config = service(f"kubernetesConfig: {{type: {typed}, local: {{path: .}}}}").kubernetes_config
    assert config is not None
    assert config.type is None


@pytest.mark.parametrize("typed", ["kubernetes", "3", "-1", "true", "HELM", "[]"])
def test_anything_else_is_not_of_the_enum(typed):
    assert "`type` must be one of KUBERNETES, KUSTOMIZE, not " in said(SERVICE % f"kubernetesConfig: {{type: {typed}}}")


@pytest.mark.parametrize("name", ["a", "a1", "my-app", "a" * 63, "a--b"])
def test_a_name_is_lower_case_letters_digits_and_dashes(name):
    assert read(f"runtime: {{name: {name}}}")


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("My_App", "my-app"),
        ("myApp", "my-app"),
        ("1st", "st"),
        ("-a", "a"),
        ("a-", "a"),
        ("a.b", "a-b"),
        ("a" * 64, "a" * 63),
        ("Staging EU", "staging-eu"),
    ],
)
def test_anything_else_is_not_a_name_and_a_near_one_is_offered(name, near):
    text = said(f"runtime: {{name: {name}}}")
    assert f"`name`: `{name}` is not a name" in text
    assert text.endswith(f"such as '{near}'")


def test_an_empty_name_is_refused():
    assert "is not a name" in said('runtime: {name: ""}')


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("env: {A-B: {value: x}}", "the key: `A-B` cannot name an environment variable"),
        ('env: {"": {value: x}}', "cannot name an environment variable"),
        ("env: {A: {}}", "one of `value`, `kubernetesSecret` has to be there: write `value: …`"),
        (
            "env: {A: {value: x, kubernetesSecret: {secretName: s, key: k}}}",
            "`value` and `kubernetesSecret` exclude one another",
        ),
        ("env: {A: ~}", "`A` has no value\n  fix: write {value: …}, or take it out"),
        ("env: [A]", "`env` must be a mapping, not a list"),
        ("constants: [{name: '', string: {value: x}}]", "`name` must not be empty"),
        ("constants: [{name: c}]", "`string` is missing"),
        ("constants: {c: x}", "`constants` must be a list, not a mapping"),
        ("noCleanupOnDelete: 'true'", "must be true or false, not `true`\n  fix: write true, without quotes"),
        ("noCleanupOnDelete: 1", "must be true or false, not `1`\n  fix: write true or false"),
        ("runtimeConnection: 3", '`runtimeConnection` must be text, and YAML reads `3` as a number\n  fix: quote it: "3"'),
        ("runtimeConnection: on", 'and YAML reads `on` as a boolean\n  fix: quote it: "on"'),
        ("runtimeConnection: 2024-01-01", "and YAML reads `2024-01-01` as a date"),
        ("runtimeConnection: [a]", "`runtimeConnection` must be text, not a list\n  fix: write one value"),
        ("kubernetesConfig: {patches: [{}]}", "`replace` is missing\n  fix: add `replace: {string: …}`"),
        ("kubernetesConfig: {patches: [{replace: {path: /a}}]}", "one of `string`, `intAsString` has to be there"),
        ("kubernetesConfig: {patches: [{replace: {intAsString: x}}]}", "`intAsString`: `x` is not a whole number"),
        ("kubernetesConfig: {inlined: ''}", "`inlined` must not be empty"),
        ("kubernetesConfig: {inlined: a, local: {}}", "`inlined` and `local` exclude one another"),
        ("kubernetesConfig: {remote: {}}", "`remote` is not supported: Prodvana itself writes it"),
        ("parameters: [{name: p}]", "has to be there: the parameter needs a type"),
        ("parameters: [{name: p, string: {}, int: {}}]", "`string` and `int` exclude one another"),
        (
            "perReleaseChannel: [{releaseChannel: live, parameters: []}]",
            "there is no field `parameters` here: a release gives",
        ),
        ("protections: []", "there is no field `protections` here: protections attach to channels"),
        ("autoRollback: {disabled: yes, internalDisabledReason: x}", "`internalDisabledReason` is not supported"),
    ],
)
def test_each_rule_of_a_service_has_its_words(field, words):
    assert words in said(SERVICE % field)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("preconditions: [~]", "item 1 of `preconditions` has no value"),
        ("preconditions: ~", "`preconditions` has no value, and that would be no gate at all"),
        ("protections: ~", "`protections` has no value, and that would be no gate at all"),
        ("preconditions: [{}]", "an empty precondition would be no gate at all"),
        ("preconditions: [{manualApproval: }]", "`manualApproval` has no value, and that would be no gate at all"),
        ("preconditions: [{customTask: {}}]", "`customTask` is not supported"),
        ("preconditions: [{manualApproval: {}, releaseChannelStable: {releaseChannel: a}}]", "exclude one another"),
        ("preconditions: [{manualApproval: {minApprovers: ~}}]", "`minApprovers` has no value"),
        ("preconditions: [{manualApproval: {minApprovers: -1}}]", "`minApprovers` must be 1 or more: what nobody"),
        ("preconditions: [{manualApproval: {minApprovers: 0}}]", "or take the line out for one"),
        ("preconditions: [{sharedManualApproval: {name: a, minApprovers: 0}}]", "`minApprovers` must be 1 or more"),
        (
            "preconditions: [{manualApproval: {minApprovers: '2'}}]",
            "must be a whole number, not text\n  fix: write 2, without quotes",
        ),
        ("preconditions: [{manualApproval: {roles: [a]}}]", "there is no field `roles` here"),
        ("preconditions: [{releaseChannelStable: {}}]", "say which channel"),
        (
            "preconditions: [{releaseChannelStable: {releaseChannel: a, duration: 600s}}]",
            "there is no field `duration` here",
        ),
        ("preconditions: [{sharedManualApproval: {}}]", "`name` is missing"),
        ("runtimes: [staging]", "item 1 of `runtimes` must be a mapping, not text\n  fix: write {runtime: staging}"),
        ("runtimes: [{runtime: a, containerOrchestration: {k8s: {}}}]", "`namespace` is missing"),
        ("runtimes: [{runtime: a, containerOrchestration: {}}]", "`k8s` is missing"),
        ("runtimes: [{runtime: a, containerOrchestration: {ecs: {prefix: a}}}]", "`ecs` is not supported"),
        ("labels: [{label: 'a b'}]", "`label`: `a b` has characters that a label may not have"),
        ("policy: {defaultEnv: {A: {secret: {key: a, version: b}}}}", "`secret` is not supported: there is no secret store"),
        ("protections: [{ref: {name: a}, lifecycle: []}]", "`lifecycle` must have at least one item"),
        ("protections: [{ref: {name: a}}]", "`lifecycle` is missing"),
        ("protections: [{ref: {name: a}, lifecycle: [{preApproval: }]}]", "`preApproval` has no value"),
        ("protections: [{ref: {name: a}, lifecycle: [{postDeployment: {checkDuration: 0s}}]}]", "must be longer than 0s"),
        ("protections: [{ref: {name: a, parameters: [{name: a, dockerImageTag: 'a b'}]}}]", "`a b` is neither a tag"),
        ("order: 3", "`order` is not supported: it is deprecated"),
        ("order: '3'", "`order` is not supported: it is deprecated"),
        ("convergenceProtections: [{}]", "`convergenceProtections` is not supported"),
    ],
)
def test_each_rule_of_a_channel_has_its_words(field, words):
    assert words in said(CHANNEL % field)


@pytest.mark.parametrize("value", ["null", "false", "0", '""', "[]"])
def test_a_refused_field_that_is_unset_does_no_harm(value):
    assert read(SERVICE % f"helm: {value}")


@pytest.mark.parametrize("value", ["{}", "true", "1", "x", "[1]", "0.5"])
def test_a_refused_field_that_is_set_is_refused_whatever_its_value(value):
    assert "`helm` is not supported" in said(SERVICE % f"helm: {value}")


def test_null_means_unset_where_no_gate_depends_on_it():
    assert service("constants: ~, env: ~, runtimeConnection: ~, noCleanupOnDelete: ~, kubernetesConfig: ~") == service("")


def test_a_template_of_a_group_is_checked_for_keys_and_types_only():
    group = "application: {name: shop, releaseChannelGroups: [{name: g, runtimeSelector: a=b, template: {%s}}]}"
    assert read(
        group % 'name: "{{.Builtins.Group}}", runtimes: [{runtime: "{{.Builtins.Runtime.Name}}"}], preconditions: [{}]'
    )
    assert "there is no field `foo` here" in said(group % "foo: 1")
    assert "`name` must be text" in said(group % "name: 3")
    assert "`order` is not supported" in said(group % "order: 3")


def test_a_shape_knows_the_places_of_its_values():
    found = read(
        "release:\n  application: shop\n  services:\n    web:\n      parameters: {image: v1}\n", "releases/shop.yaml"
    )
    assert isinstance(found, ReleaseFile)
    web = found.release.services["web"]
    assert web.at == Spot("releases/shop.yaml", 5, 7)
    assert web.spot("parameters.image") == Spot("releases/shop.yaml", 5, 27)
    assert web.spot("parameters.other") == web.at


def test_a_shape_never_changes():
    constant = Constant(name="a", string=StringConstant(value="b"))
    with pytest.raises(ValidationError, match="frozen"):
        constant.name = "c"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "other"), [("a", "a"), ("per_release_channel", "perReleaseChannel"), ("int_as_string", "intAsString")]
)
def test_camel_case_is_that_of_protobufs_json(name, other):
    assert camel(name) == other


def test_a_misspelt_field_is_answered_in_its_own_spelling():
    assert "did you mean 'perReleaseChannel'?" in said(SERVICE % "perReleaseChanel: []")
    assert "did you mean 'per_release_channel'?" in said(SERVICE % "per_release_chanel: []")


def test_a_misspelt_field_is_not_said_to_be_missing_as_well():
    assert said("runtime: {nmae: a}").count("fix:") == 1


def test_a_file_with_two_objects_is_refused():
    assert "`application` and `runtime` exclude one another" in said("application: {name: a}\nruntime: {name: a}")
