from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery import labels
from delivery.labels import QueryError, parse

TERMS = [f"{label}={value}" for label, value in product("abc", "12")]
LABELLED = [
    {label: value for label, value in zip("abc", values, strict=True) if value} for values in product(["", *"12"], repeat=3)
]
"""All that queries of these terms can tell apart."""
QUERIES = st.recursive(
    st.sampled_from(TERMS),
    lambda inner: st.builds("({}{}{})".format, inner, st.sampled_from([" ", " + ", " - "]), inner),
    max_leaves=5,
)


def holds(query: str, **given: str) -> bool:
    return parse(query).matches(given)


def problem_of(text: str) -> QueryError | None:
    try:
        parse(text).matches({"a": "b"})
    except QueryError as wrong:
        return wrong
    return None


def answers(query: str, given: list[dict[str, str]] = LABELLED) -> list[bool]:
    parsed = parse(query)
    return [parsed.matches(one) for one in given]


@given(QUERIES, QUERIES)
def test_union_and_intersection_do_not_care_about_the_order(a, b):
    assert answers(f"{a} + {b}") == answers(f"{b} + {a}")
    assert answers(f"{a} {b}") == answers(f"{b} {a}")


@given(QUERIES, QUERIES, QUERIES)
def test_union_and_intersection_do_not_care_about_grouping(a, b, c):
    assert answers(f"({a} + {b}) + {c}") == answers(f"{a} + ({b} + {c})")
    assert answers(f"({a} {b}) {c}") == answers(f"{a} ({b} {c})")


@given(QUERIES, QUERIES, QUERIES)
def test_intersection_distributes_over_union_and_difference(a, b, c):
    assert answers(f"{a} ({b} + {c})") == answers(f"{a} {b} + {a} {c}")
    assert answers(f"{a} ({b} - {c})") == answers(f"{a} {b} - {a} {c}")


@given(QUERIES, QUERIES, QUERIES)
def test_taking_away_a_union_is_taking_away_both(a, b, c):
    assert answers(f"{a} - ({b} + {c})") == answers(f"{a} - {b} - {c}")


@given(QUERIES)
def test_a_query_with_itself_is_itself_and_without_itself_nothing(a):
    assert answers(f"{a} + {a}") == answers(f"{a} {a}") == answers(a)
    assert not any(answers(f"{a} - {a}"))


@given(st.text() | st.text(alphabet="ab=+-() @") | QUERIES)
def test_any_text_is_a_query_or_is_refused_at_a_place_in_it(text):
    wrong = problem_of(text)
    assert wrong is None or (1 <= wrong.column <= len(text) + 1 and wrong.what and wrong.fix)


def test_depth_and_length_have_no_limit():
    assert parse("(" * 20_000 + "a=1" + ")" * 20_000).matches({"a": "1"})
    assert parse(" + ".join(["a=1"] * 20_000)).matches({"a": "1"})


def test_the_example_of_the_format_means_what_it_says():
    query = "region=eu (size=small + size=large)"
    assert holds(query, region="eu", size="small")
    assert holds(query, region="eu", size="large")
    assert not holds(query, region="eu", size="medium")
    assert not holds(query, region="us", size="small")


def test_side_by_side_binds_tighter_than_plus_and_minus_which_read_from_the_left():
    given = [{}, {"a": "1"}, {"a": "1", "b": "2"}, {"c": "3"}, {"c": "3", "d": "4"}, {"a": "1", "b": "2", "d": "4"}]
    assert answers("a=1 b=2 + c=3 - d=4", given) == answers("((a=1 b=2) + c=3) - d=4", given)
    assert not holds("a=1 - b=2 - a=1", a="1")
    assert holds("a=1 - b=2 + b=2", a="1", b="2")


def test_plus_and_minus_inside_a_word_are_letters():
    assert holds("region=eu-west-1", region="eu-west-1")
    assert holds("grade=c++x", grade="c++x")
    assert not holds("region=eu-west-1 - env=prod", region="eu-west-1", env="prod")


def test_operators_may_stand_right_next_to_a_parenthesis():
    assert holds("(a=1)-(b=2)", a="1", b="3")
    assert holds("(a=1)+(b=2)", b="2")
    assert holds("(a=1)(b=2)", a="1", b="2")


def test_an_empty_value_is_a_value_and_a_missing_label_is_none():
    assert holds("a=", a="")
    assert not holds("a=")


@pytest.mark.parametrize(
    ("text", "column", "what", "fix"),
    [
        ("", 1, "there is no term", "write a label and its value, such as env=production"),
        ("  ", 3, "there is no term", "write a label and its value, such as env=production"),
        ("()", 2, "there is no term after `(`", "add one, such as env=production"),
        ("a=1 +", 6, "there is no term after `+`", "add one, such as env=production"),
        ("- a=1", 1, "there is no term", "write a label and its value, such as env=production"),
        ("a=1 - + b=2", 7, "there is no term after `-`", "add one, such as env=production"),
        ("a=1 (b=2", 5, "this `(` is never closed", "add a `)`"),
        ("a=1) b=2", 4, "this `)` closes nothing", "take it out, or add a `(`"),
        ("env", 1, "`env` has no value", "write env=…"),
        ("=1", 1, "`=1` has no label", "write a label and its value, such as env=production"),
        ("a=1-b=2", 1, "`a=1-b=2` has more than one =", "put white space between terms, and around operators"),
        ("a=1 -b=2", 5, "is `-b=2` a label, or an operator?", labels._ALONE),
        ("a=1- b=2", 4, "is `a=1-` a label, or an operator?", labels._ALONE),
        ("a=1, b=2", 4, "the character ',' has no place in a label query", "labels have letters, digits and . - _ @ +"),
        ("a=1 @nmae=x", 5, "nothing that is asked here has a label `@nmae`", "did you mean '@name'?"),
    ],
)
def test_what_is_no_query_is_refused_with_place_and_fix(text, column, what, fix):
    with pytest.raises(QueryError) as refused:
        parse(text)
    wrong = refused.value
    assert (wrong.column, wrong.what, wrong.fix) == (column, f"{what} (character {column} of the label query)", fix)


def test_a_runtime_has_no_group_to_ask_for():
    with pytest.raises(QueryError, match="nothing that is asked here has a label `@group`"):
        parse("@group=eu", labels.OF_RUNTIMES)
