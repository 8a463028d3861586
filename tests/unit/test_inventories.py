import json

import pytest

from delivery import blueprints, canonical, inventories
from delivery.blueprints import Blueprint
from delivery.inventories import Built, Inventory
from delivery.problems import WorldFailed
from delivery.records import UNKNOWN
from delivery.shapes.stack import Stack
from delivery.unknown import Unknown
from tests.unit.foundation import hub, linked, local, outputs
from tests.unit.typed import EVERYTHING, read

OLD, NEW = local(nodes=2), local(nodes=3)
TEXTS = {one.digest: one.text for one in (OLD, NEW)}


def remembered(entry, settings=TEXTS, **more):
    return inventories.read("production", {"infrastructure": {OLD.id: entry}, "settings": settings, **more})


def stack(file: str) -> Stack:
    found = read(EVERYTHING[file], file)
    assert isinstance(found, Stack)
    return found


def digest_of(found: Blueprint | None) -> str:
    assert found is not None
    return found.digest


def test_what_was_written_is_read():
    found = inventories.read("production", outputs(OLD, hub()))
    assert found.of(OLD.id) == Built(OLD.digest, None, OLD.digest)
    assert digest_of(found.completed(OLD.id)) == OLD.digest
    assert digest_of(found.kept("registries/hub")) == hub().digest


def test_before_the_first_update_there_is_nothing():
    assert inventories.read("production", {}) == Inventory()


@pytest.mark.parametrize("entry", [{"current": UNKNOWN}, {}])
def test_an_update_that_failed_leaves_what_was_completed_before_it(entry):
    found = remembered({**entry, "last": OLD.digest, "begun": NEW.digest})
    assert found.of(OLD.id) == Built(None, OLD.digest, NEW.digest, is_interrupted=True)
    assert digest_of(found.completed(OLD.id)) == OLD.digest


def test_what_was_begun_and_never_completed_is_what_there_is_to_keep():
    found = remembered({"current": UNKNOWN, "last": None, "begun": NEW.digest})
    assert found.completed(OLD.id) is None
    assert digest_of(found.kept(OLD.id)) == NEW.digest


@pytest.mark.parametrize(
    "spoilt",
    [
        {"releases": {}},
        {"infrastructure": {}},
        {"settings": {}},
        {"infrastructure": None, "settings": {}},
        {"infrastructure": UNKNOWN, "settings": UNKNOWN},
        {"infrastructure": [], "settings": {}},
        {"infrastructure": {OLD.id: None}, "settings": TEXTS},
        {"infrastructure": {OLD.id: OLD.digest}, "settings": TEXTS},
        {"infrastructure": {OLD.id: {"current": OLD.digest}}, "settings": {}},
        {"infrastructure": {OLD.id: {"current": 3}}, "settings": TEXTS},
        {"infrastructure": {OLD.id: {"current": OLD.digest, "next": NEW.digest}}, "settings": TEXTS},
        {"infrastructure": {OLD.id: {"current": OLD.digest}}, "settings": {OLD.digest: NEW.text}},
        {"infrastructure": {OLD.id: {"current": OLD.digest}}, "settings": {OLD.digest: OLD.fields}},
        {"infrastructure": {"runtimes/k-other": {"current": OLD.digest}}, "settings": TEXTS},
        {"infrastructure": {"registries/k-production": {"current": OLD.digest}}, "settings": TEXTS},
        {"infrastructure": {"k-production": {"current": OLD.digest}}, "settings": TEXTS},
        {"infrastructure": {}, "settings": {}, "namespaces": []},
        {"infrastructure": {}, "settings": {}, "namespaces": {"k/shop": 1}},
        {"infrastructure": {}, "settings": {}, "namespaces": {"k": "shop/production"}},
        {"infrastructure": {}, "settings": {}, "namespaces": {"k/shop": "production"}},
    ],
)
def test_a_memory_that_does_not_add_up_stops_the_run(spoilt):
    with pytest.raises(WorldFailed, match="cannot be trusted"):
        inventories.read("production", spoilt)


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "null", "{}", '{"type":"vm"}', '{"type":["local"]}', '{"type":"local"}', '{"removed":"k-production"}'],
)
def test_settings_that_nobody_wrote_stop_the_run(text):
    digest = canonical.digest(text)
    with pytest.raises(WorldFailed):
        remembered({"current": digest}, {digest: text})


def test_settings_that_a_later_program_wrote_stop_the_run_and_are_named():
    text = canonical.text({**OLD.fields, "colour": "blue"})
    with pytest.raises(WorldFailed, match="does not understand what is kept of 'runtimes/k-production': colour"):
        remembered({"current": canonical.digest(text)}, {canonical.digest(text): text})


def test_settings_that_an_earlier_program_wrote_are_completed_with_defaults():
    text = canonical.text({name: value for name, value in OLD.fields.items() if name != "protect"})
    digest = canonical.digest(text)
    found = remembered({"current": digest}, {digest: text})
    assert digest_of(found.completed(OLD.id)) == OLD.digest
    assert found.texts[digest] == text


def test_a_stack_that_does_not_answer_has_not_forgotten_anything():
    with pytest.raises(WorldFailed):
        inventories.own("production", Unknown("it does not answer", "try again"))


@pytest.mark.parametrize("file", [name for name in EVERYTHING if name.startswith("stack")])
def test_every_setting_of_every_type_is_kept_and_comes_back(file):
    for one in blueprints.of_stack(stack(file)):
        back = blueprints.parse(one.id, one.text)
        assert (back.text, back.is_protected) == (one.text, one.is_protected)
        assert back.settings.model_dump(exclude={"labels"}) == one.settings.model_dump(exclude={"labels"})
        assert set(json.loads(one.text)) == set(type(one.settings).model_fields) - {"at", "places", "labels"}


def test_what_differs_by_nature_is_not_provable():
    assert local().provable == {"nodes": 2}
    assert linked().provable == {}
    assert hub().provable == {"url": "docker.io"}


def test_names_are_spelt_as_people_type_them():
    typed = blueprints.of_stack(stack("stack-gcp.yaml"))[0].typed
    assert typed["nodes"]["machineType"] == "e2-standard-8"
    assert typed["account"]["labels"] == {"owner": "platform"}
