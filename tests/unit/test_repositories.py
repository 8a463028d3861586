import pytest

from delivery import repositories


@pytest.mark.parametrize(
    "other",
    [
        "github.com/acme/shop",
        "https://github.com/acme/shop.git",
        "https://robot:token@github.com/acme/shop/",
        "git@github.com:acme/shop.git",
        "ssh://git@github.com:22/acme/shop",
        "GitHub.com/Acme/Shop",
        "acme/shop",
        "shop",
        "",
    ],
)
def test_one_repository_has_many_names(other):
    assert repositories.are_same("github.com/acme/shop", other)
    assert repositories.are_same(other, "github.com/acme/shop")


@pytest.mark.parametrize("other", ["github.com/acme/shop-web", "github.com/other/shop", "gitlab.com/acme/shop", "shop/acme"])
def test_another_repository_is_another_one(other):
    assert not repositories.are_same("github.com/acme/shop", other)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("github.com/acme/shop", "https://github.com/acme/shop"),
        ("https://github.com/acme/shop", "https://github.com/acme/shop"),
        ("git@github.com:acme/shop", "git@github.com:acme/shop"),
    ],
)
def test_git_can_fetch_from_the_address(name, address):
    assert repositories.address(name) == address
