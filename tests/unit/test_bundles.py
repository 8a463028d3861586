"""The first place where two bundles differ, in the words that an approval is told with."""

import pytest

from delivery.bundles import Bundle, first_difference


def text(*, runtime="k", image="one", names=("web",)):
    found = tuple(
        {"kind": "Deployment", "metadata": {"name": name}, "spec": {"containers": [{"name": "main", "image": image}]}}
        for name in names
    )
    return Bundle(runtime, "shop", found).text


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (text(), None),
        (text(runtime="elsewhere"), 'runtime: "k" is now "elsewhere"'),
        (text(image="two"), 'Deployment web spec.containers[main].image: "one" is now "two"'),
        (text(names=("web", "api")), "Deployment api is new"),
        (text(names=()), "Deployment web is gone"),
        (
            text(image="two", names=("web", "api")),
            'Deployment web spec.containers[main].image: "one" is now "two", and 1 more',
        ),
        (text(runtime="elsewhere", image="two", names=("web", "api")), 'runtime: "k" is now "elsewhere", and 2 more'),
        ("no bundle", None),
        ("[]", None),
    ],
)
def test_the_first_difference_is_told_by_object_and_field_and_the_others_are_counted(now, said):
    assert first_difference(text(), now) == said


def test_long_values_are_cut_where_they_differ_and_keep_their_quotes():
    name = "docker.io/my-company/a-service-with-a-long-name@sha256:"
    said = first_difference(text(image=f"{name}{'1' * 64}"), text(image=f"{name}{'2' * 64}"))
    place = "Deployment web spec.containers[main].image"
    assert said == f'{place}: "…@sha256:{"1" * 52}…" is now "…@sha256:{"2" * 52}…"'


def test_a_long_value_is_cut():
    said = first_difference(text(), text(image="x" * 500))
    assert said is not None
    assert len(said) < 150
