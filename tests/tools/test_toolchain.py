"""The toolchain as a person meets it: what is said, what is built, and what is not built again."""

from __future__ import annotations

import signal
import subprocess
import time

import pytest

from tests.tools.conftest import House

ALPHA, BETA, GAMMA = "example.org/one/alpha", "example.org/one/beta", "example.org/two"


def test_what_is_missing_is_built(house: House) -> None:
    said = house.run()
    assert said.returncode == 0, said.stderr
    assert house.calls() == [ALPHA, BETA, GAMMA]
    assert said.stdout == f"tools: 3 ready in {house.bin}\n"
    assert {one.name for one in house.bin.iterdir()} == {"alpha", "beta", "gamma"}
    assert subprocess.run([house.bin / "alpha"], capture_output=True, text=True, check=True).stdout == "alpha\n"


def test_each_build_has_a_line_when_it_begins_and_one_with_its_time(house: House) -> None:
    lines = house.run().stderr.splitlines()
    assert lines[:2] == ["alpha: building from example.org/one v2.3.4", "alpha: built (0 s)"]


def test_the_second_time_one_line_is_said_and_nothing_is_asked(house: House) -> None:
    house.run()
    house.calls()
    said = house.run()
    assert (said.stdout, said.stderr) == (f"tools: 3 ready in {house.bin}\n", "")
    assert house.calls("") == []


def test_print_bin_prints_the_folder_and_nothing_else(house: House) -> None:
    assert house.run("--print-bin").stdout == f"{house.bin}\n"


def test_a_good_version_on_path_is_used(house: House) -> None:
    alpha = house.installed("alpha", "2.1.0")
    said = house.run()
    assert (house.bin / "alpha").resolve() == alpha
    assert f"alpha: {alpha}\n" in said.stderr
    assert house.calls() == [GAMMA]


def test_what_a_tool_on_path_brings_is_left_to_it(house: House) -> None:
    house.installed("alpha", "2.1.0")
    assert "beta: left to alpha, which fetches it\n" in house.run().stderr
    assert not (house.bin / "beta").exists()


@pytest.mark.parametrize("version", ["2.0.9", "3.0.0", "1.99"])
def test_another_version_on_path_is_not_used_and_this_is_said(house: House, version: str) -> None:
    alpha = house.installed("alpha", version)
    said = house.run()
    assert f"alpha: built, because {alpha} ({version}) is not good enough\n" in said.stderr
    assert house.calls() == [ALPHA, BETA, GAMMA]


def test_a_program_that_does_not_say_its_version_is_not_used(house: House) -> None:
    house.program("alpha", "#!/bin/sh\nexit 1\n")
    assert "(of unknown version) is not good enough" in house.run().stderr


def test_a_program_that_is_upgraded_or_removed_is_looked_at_again(house: House) -> None:
    alpha = house.installed("alpha", "2.1.0")
    house.run()
    house.installed("alpha", "3.0.0 or so")
    house.run()
    assert house.calls() == [GAMMA, ALPHA, BETA]
    alpha.unlink()
    assert house.run().returncode == 0
    assert house.calls() == []


def test_nothing_on_path_is_used_when_building_is_asked_for(house: House) -> None:
    house.installed("alpha", "2.1.0")
    house.env["PVN_BUILD_TOOLS"] = "1"
    house.run()
    assert house.calls() == [ALPHA, BETA, GAMMA]


def test_a_tool_that_was_deleted_from_the_cache_is_built_again(house: House) -> None:
    house.run()
    house.calls()
    (house.bin / "beta").resolve().unlink()
    assert house.run().returncode == 0
    assert house.calls() == [BETA]


def test_two_checkouts_share_what_is_built(house: House) -> None:
    house.run()
    house.calls()
    process = house.start("other")
    out, _ = process.communicate(timeout=30)
    assert out == f"tools: 3 ready in {house.folder}/other/.venv/toolchain/bin\n"
    assert house.calls() == []


def test_without_go_a_person_is_told_what_to_install(house: House) -> None:
    (house.folder / "path/go").unlink()
    house.env["PATH"] = f"{house.folder}/path"
    said = house.run()
    assert said.returncode == 4
    assert said.stderr == (
        "PATH: there is no Go, and alpha, beta, gamma must be built\n"
        "  fix: install Go 1.26 or newer, or install these yourself: alpha, beta, gamma\n"
    )


def test_an_old_go_is_refused_by_its_place_and_version(house: House) -> None:
    house.write("go-version", "go1.25.4\nlinux\namd64\n")
    said = house.run()
    assert said.returncode == 4
    assert said.stderr.startswith(f"{house.folder}/path/go: go1.25.4 is too old to build alpha, beta, gamma\n  fix: ")
    assert house.calls() == []


def test_go_is_not_needed_where_everything_is_on_path(house: House) -> None:
    house.write("pins/pins.toml", (house.folder / "pins/pins.toml").read_text().replace("[tool.gamma]", "[tool.alpha2]"))
    text = (house.folder / "pins/pins.toml").read_text()
    house.write("pins/pins.toml", text.replace('package = "example.org/two"', 'package = "x"\nbrought = "alpha"'))
    house.installed("alpha", "2.1.0")
    (house.folder / "path/go").unlink()
    assert house.run().returncode == 0


def test_a_failed_build_says_its_command_its_log_and_its_last_lines(house: House) -> None:
    house.write("fail-beta", "one thing\nbeta.go:7: undefined: everything\n")
    said = house.run()
    assert said.returncode == 4
    log = next((house.folder / ".cache/pvn/toolchain").glob("one-*/beta.log"))
    assert f"{log}: this build failed with exit code 1:" in said.stderr
    assert f"{house.folder}/path/go build -v -trimpath" in said.stderr
    assert "  beta.go:7: undefined: everything\n  fix: mend what its last lines say and run the same command" in said.stderr
    assert "undefined: everything" in log.read_text()


def test_after_a_failure_what_is_finished_is_kept(house: House) -> None:
    failing = house.write("fail-beta", "no\n")
    house.run()
    assert house.calls() == [ALPHA, BETA]
    failing.unlink()
    assert house.run().returncode == 0
    assert house.calls() == [BETA, GAMMA]


def test_a_build_that_fails_on_the_network_is_tried_again(house: House) -> None:
    house.write("fail-alpha", "dial tcp: i/o timeout\n")
    process = house.start()
    time.sleep(1)
    (house.folder / "fail-alpha").unlink()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert house.calls() == [ALPHA, ALPHA, BETA, GAMMA]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_build_stops_its_compiler_and_says_that_it_goes_on_later(house: House, number: signal.Signals) -> None:
    slow = house.write("slow-beta", "600")
    process = house.start()
    house.until("started-beta")
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.endswith("stopped; what is finished is kept, and the next run goes on from there\n")
    house.calls()
    slow.unlink()
    assert house.run().returncode == 0
    assert house.calls() == [BETA, GAMMA]


def test_a_killed_build_goes_on_where_it_was(house: House) -> None:
    slow = house.write("slow-beta", "2")
    process = house.start()
    house.until("started-beta")
    process.kill()
    process.communicate(timeout=30)
    house.calls()
    slow.unlink()
    assert house.run().returncode == 0
    assert house.calls() == [BETA, GAMMA]
    time.sleep(2.5)  # the compiler of the killed build ends by itself, and does no harm
    assert house.run().stderr == ""


def test_of_two_builds_at_once_the_second_waits_and_says_for_whom(house: House) -> None:
    house.write("slow-alpha", "2")
    first = house.start("checkout")
    house.until("started-alpha")
    second = house.start("other")
    _, waited = second.communicate(timeout=60)
    assert first.wait(timeout=60) == 0
    first.communicate()
    assert second.returncode == 0
    assert f"waiting: another set-up is at work: process {first.pid} on " in waited
    assert f"for {house.folder}/checkout, since" in waited
    assert "waiting: it is done (" in waited
    assert house.calls() == [ALPHA, BETA, GAMMA]


def test_no_option_that_loosens_the_checks_reaches_go(house: House) -> None:
    house.env |= {"GOFLAGS": "-insecure -mod=mod", "GOINSECURE": "*", "GONOSUMDB": "*"}
    assert house.run().returncode == 0
    builds = [line for line in (house.folder / "calls").read_text().splitlines() if line.startswith("build")]
    assert {line.partition(" [")[2] for line in builds} == {"GOFLAGS=-mod=readonly GOINSECURE= GONOSUMDB=]"}
