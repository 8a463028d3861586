"""The pins: what a change of them means, and that the committed locks are the ones they ask for."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.tools.conftest import CHECKOUT, House
from tools.toolchain import cache
from tools.toolchain.go import Go
from tools.toolchain.pins import HERE, Pins

GO = Go("/go", "go1.26.8", "linux-amd64")


def pins(house: House) -> Pins:
    return Pins(house.folder / "pins")


def changed(house: House, old: str, new: str) -> Pins:
    file = house.folder / "pins/pins.toml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    return pins(house)


def test_another_version_of_a_module_is_another_key(house: House) -> None:
    before = pins(house).digest("one")
    assert changed(house, "v2.3.4", "v2.3.5").digest("one") != before


def test_another_lock_is_another_key(house: House) -> None:
    before = pins(house).digest("one")
    house.write("pins/modules/one/go.sum", "example.org/dependency v1.0.0 h1:…\n")
    assert pins(house).digest("one") != before


def test_another_module_or_a_comment_or_a_rule_for_path_is_the_same_key(house: House) -> None:
    before = pins(house).digest("one")
    after = changed(house, "v0.1.0", "v0.2.0").digest("one")
    assert after == before
    assert changed(house, '"2.1"', '"2.2"  # why').digest("one") == before


def test_another_rule_for_path_is_looked_into(house: House) -> None:
    before = pins(house).whole
    assert changed(house, '"2.1"', '"2.2"').whole != before


@pytest.mark.parametrize("other", [Go("/go", "go1.27.0", "linux-amd64"), Go("/go", "go1.26.8", "darwin-arm64")])
def test_another_go_or_platform_is_another_cache(house: House, other: Go) -> None:
    assert cache.of("one", pins(house), GO) != cache.of("one", pins(house), other)


def test_where_go_lies_makes_no_difference(house: House) -> None:
    assert cache.of("one", pins(house), GO) == cache.of("one", pins(house), Go("/elsewhere/go", GO.version, GO.platform))


def test_the_cache_is_where_it_is_asked_to_be(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.delenv("PVN_CACHE", raising=False)
    assert cache.home() == tmp_path / "xdg/pvn/toolchain"
    monkeypatch.setenv("PVN_CACHE", str(tmp_path / "own"))
    assert cache.home() == tmp_path / "own/toolchain"


OURS = Pins(HERE)


@pytest.mark.parametrize("name", sorted(OURS.modules))
def test_the_committed_locks_are_what_the_pins_ask_for(name: str) -> None:
    module = OURS.modules[name]
    modfile = (OURS.locked(name) / "go.mod").read_text()
    sums = (OURS.locked(name) / "go.sum").read_text()
    assert f"{module.path} {module.version}" in modfile
    assert f"{module.path} {module.version} h1:" in sums
    for seed in module.seeds:
        assert f"{module.path} {module.version}{'' if seed.startswith('/') else ' '}{seed}\n" in sums
    for tool in OURS.tools:
        assert tool.module != name or tool.package == "." or f"tool {tool.package}\n" in modfile
    if module.replace:
        assert f"replace k8s.io/api => k8s.io/api {module.replace}\n" in modfile


def test_no_committed_file_names_a_host_to_fetch_from() -> None:
    named = ["proxy.golang" + ".org", "sum.golang" + ".org", "files.pythonhosted" + ".org", "pypi" + ".org"]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    files = [CHECKOUT / name for name in listed.split("\0") if name and (CHECKOUT / name).is_file()]
    assert [(file, host) for file in files for host in named if host.encode() in file.read_bytes()] == []
