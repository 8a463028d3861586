import pytest

from delivery.images import resolve

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("value", "reference", "tag"),
    [
        ("v1.2.3", "reg.io/shop/web:v1.2.3", "v1.2.3"),
        ("latest", "reg.io/shop/web:latest", "latest"),
        (DIGEST, f"reg.io/shop/web@{DIGEST}", DIGEST),
        ("reg.io/shop/web:v1", "reg.io/shop/web:v1", "v1"),
        (f"reg.io/shop/web@{DIGEST}", f"reg.io/shop/web@{DIGEST}", DIGEST),
        (f"reg.io/shop/web:v1@{DIGEST}", f"reg.io/shop/web@{DIGEST}", DIGEST),
    ],
)
def test_a_tag_a_digest_and_a_full_reference_name_the_same_repository(value, reference, tag):
    image = resolve(value, "reg.io", "/shop/web")
    assert (image.reference, image.tag) == (reference, tag)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("reg.io/shop/web", "neither a tag nor a digest"),
        ("reg.io/shop/other:v1", "takes images of 'reg.io/shop/web'"),
        ("evil.io/shop/web:v1", "takes images of 'reg.io/shop/web'"),
        ("reg.io/shop/web@sha256:abc", "neither a tag nor a digest"),
        ("sha256:" + "A" * 64, "begins as a digest does"),
        ("sha256:4c1f", "begins as a digest does"),
        ("-x", "takes images of"),
        ("", "takes images of"),
        ("v1\n", "takes images of"),
        ("a" * 129, "takes images of"),
    ],
)
def test_anything_else_is_refused_with_the_reason(value, why):
    with pytest.raises(ValueError, match=why):
        resolve(value, "reg.io", "shop/web")


def test_a_port_is_not_taken_for_a_tag():
    assert resolve("localhost:5000/web:v1", "localhost:5000", "web").tag == "v1"
    with pytest.raises(ValueError, match="neither"):
        resolve("localhost:5000/web", "localhost:5000", "web")
