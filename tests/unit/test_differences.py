import copy
import random
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery import canonical, differences
from delivery.differences import ABSENT, Difference

TEXTS = ["".join(letters) for length in range(4) for letters in product("ab\n", repeat=length)]
plain = st.sampled_from([None, False, True, *range(-3, 4)]) | st.sampled_from(TEXTS)
fields = st.sampled_from(["name", "env", "ports", "containers", "finalizers", "containerPort", "protocol", "args", "a.b/c"])
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(fields, inner, max_size=4), max_leaves=15
)


def found(before, after):
    return list(differences.between(before, after))


@given(values, values)
def test_two_values_differ_exactly_where_their_digests_do(before, after):
    assert bool(found(before, after)) == (canonical.text(before) != canonical.text(after))


@given(st.lists(st.text("abc", min_size=1, max_size=2), unique=True, max_size=5), st.randoms())
def test_a_list_that_kubernetes_merges_by_name_may_be_in_any_order(names, chance: random.Random):
    containers = [{"name": name, "image": name} for name in names]
    mixed = copy.copy(containers)
    chance.shuffle(mixed)
    assert all(one.is_order for one in found({"containers": containers}, {"containers": mixed}))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"replicas": 1}, {"replicas": 2}, [("replicas", 1, 2)]),
        ({"paused": True}, {}, [("paused", True, ABSENT)]),
        ({}, {"paused": None}, [("paused", ABSENT, None)]),
        ({"a": 1}, {"a": True}, [("a", 1, True)]),
        ({"a": {"b.c/d": "x"}}, {"a": {"b.c/d": "y"}}, [('a["b.c/d"]', "x", "y")]),
        (
            {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]},
            {"env": [{"name": "B", "value": "3"}, {"name": "A", "value": "1"}, {"name": "C", "value": "4"}]},
            [
                ("env[B].value", "2", "3"),
                ("env[C]", ABSENT, {"name": "C", "value": "4"}),
                ("env", ["A", "B"], ["B", "A"]),
            ],
        ),
        (
            {"ports": [{"containerPort": 53}, {"containerPort": 53, "protocol": "UDP"}]},
            {"ports": [{"containerPort": 53, "name": "dns"}, {"containerPort": 53, "protocol": "UDP"}]},
            [("ports[53].name", ABSENT, "dns")],
        ),
        (
            {"ports": [{"port": 80, "targetPort": 1}, {"port": 80, "protocol": "UDP"}]},
            {"ports": [{"port": 80, "protocol": "UDP", "name": "u"}, {"port": 80, "targetPort": 1}]},
            [("ports[80/UDP].name", ABSENT, "u"), ("ports", ["80", "80/UDP"], ["80/UDP", "80"])],
        ),
        ({"args": ["a", "b"]}, {"args": ["b", "a"]}, [("args[0]", ABSENT, "b"), ("args[1]", "b", ABSENT)]),
        ({"args": ["a", "b", "c"]}, {"args": ["a", "x", "c"]}, [("args[1]", "b", "x")]),
        ({"rules": [{"verbs": ["get"]}]}, {"rules": [{"verbs": ["get", "list"]}]}, [("rules[0].verbs[1]", ABSENT, "list")]),
        # two of one name cannot be told apart by it
        (
            {"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]},
            {"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "3"}]},
            [("env[1].value", "2", "3")],
        ),
    ],
)
def test_a_difference_has_the_path_that_people_write(before, after, said):
    assert sorted(map(str, found(before, after))) == sorted(
        str(Difference(path, old, new, is_order=path in before and isinstance(old, list))) for path, old, new in said
    )
