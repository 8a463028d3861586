"""The registry that other tests push to: it is a real one, and it ends with them."""

import httpx2

from tests.engine.registry import MANIFEST, serve


def test_an_image_is_found_by_its_tag_and_by_its_digest(registry):
    digest = registry.push("shop/web", "1.0")
    for reference in ("1.0", digest):
        answer = httpx2.head(f"http://{registry.url}/v2/shop/web/manifests/{reference}", headers={"Accept": MANIFEST})
        assert (answer.status_code, answer.headers["Docker-Content-Digest"]) == (200, digest)


def test_images_that_say_the_same_are_one_image(registry):
    assert registry.push("shop/web", "1.0", "one") == registry.push("shop/web", "1.1", "one")
    assert registry.push("shop/web", "1.0", "one") != registry.push("shop/web", "1.0", "two")


def test_a_private_registry_lets_in_only_who_it_knows(toolchain, tmp_path):
    with serve(toolchain / "registry", tmp_path, is_private=True) as private:
        digest = private.push("shop/web", "1.0")
        place = f"http://{private.url}/v2/shop/web/manifests/{digest}"
        answers = [httpx2.head(place, auth=auth, headers={"Accept": MANIFEST}) for auth in (None, private.auth)]
        assert [one.status_code for one in answers] == [401, 200]
