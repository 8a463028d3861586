from delivery.namespaces import Namespace, namespaces
from delivery.plan import plan
from delivery.tombstones import Tombstones
from tests.unit.made import candidate, ledger
from tests.unit.test_plan import OPEN, SHUT

WEB = candidate("production")
MADE = {"k-production/shop-production": "shop/production"}
KEPT = Namespace("k-production", "shop-production", "shop/production")


def steps(verdict=OPEN, remembered=None):
    known = remembered or ledger(production=(WEB,))
    return plan([WEB], {WEB.instance.id: verdict}, known, ["k-production"], Tombstones()).steps


def test_the_namespace_of_a_service_is_made():
    assert namespaces(steps(), {}, Tombstones(), ["k-production"]) == (KEPT,)
    assert KEPT.id in MADE


def test_a_service_that_was_never_released_has_no_namespace_yet():
    assert namespaces(steps(SHUT, ledger()), {}, Tombstones(), ["k-production"]) == ()


def test_a_namespace_outlives_its_last_service():
    assert namespaces((), MADE, Tombstones(), ["k-production"]) == (KEPT,)


def test_the_tombstone_of_a_service_is_none_of_its_channel():
    removed = Tombstones(services=frozenset({("shop", "web")}))
    assert namespaces((), MADE, removed, ["k-production"]) == (KEPT,)


def test_with_the_tombstone_of_its_channel_it_leaves():
    removed = Tombstones(channels=frozenset({("shop", "production")}))
    (leaving,) = namespaces((), MADE, removed, ["k-production"])
    assert leaving.is_leaving
    assert namespaces((), {}, removed, ["k-production"]) == ()


def test_a_namespace_that_a_service_is_in_does_not_leave():
    removed = Tombstones(channels=frozenset({("shop", "production")}))
    assert namespaces(steps(), MADE, removed, ["k-production"]) == (KEPT,)


def test_a_runtime_that_is_not_built_has_no_namespaces():
    assert namespaces((), MADE, Tombstones(), []) == ()
