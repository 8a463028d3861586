"""The language host, seen from the engine: what a person gets who has only the stand-in."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.engine.conftest import Engine, processes_of

PROJECT = "name: p\nruntime: python\n"


@pytest.fixture(autouse=True)
def stand_in(toolchain: Path) -> None:
    """Skip where the official host is used: it has tests of its own, and says some things in other words."""
    if not (toolchain / "pulumi-language-python").exists():
        pytest.skip("the official language host is installed")


def diagnostics(text: str) -> list[str]:
    """Return the lines a person reads under Diagnostics, without indentation and empty lines."""
    _, _, said = text.partition("Diagnostics:\n")
    return [
        line.strip() for line in said.partition("\n\nResources:")[0].partition("\nOutputs:")[0].splitlines() if line.strip()
    ]


def program(engine: Engine, text: str, *config: str) -> None:
    engine.write("Pulumi.yaml", PROJECT)
    engine.write("__main__.py", text)
    engine.init("dev", *config)


def test_a_program_sees_its_stack_its_folders_and_its_config(engine: Engine) -> None:
    text = """
        import os, sys, pulumi
        pulumi.export("stack", [pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack()])
        pulumi.export("root", pulumi.runtime.get_root_directory())
        pulumi.export("cwd", os.getcwd())
        pulumi.export("beside", sys.path[0])
        pulumi.export("config", pulumi.Config().require("greeting"))
    """
    program(engine, text, "greeting=hello = world")
    assert engine.up().ok
    folder = str(engine.project)
    assert engine.outputs() == {
        "stack": ["organization", "p", "dev"],
        "root": folder,
        "cwd": folder,
        "beside": folder,
        "config": "hello = world",
    }


def test_an_asynchronous_program_runs_to_its_end(engine: Engine) -> None:
    text = """
        import pulumi
        async def main():
            import late
            return {"late": late.VALUE}
        pulumi.run(main)
    """
    engine.write("late.py", "VALUE = 7\n")
    program(engine, text)
    assert engine.up().ok
    assert engine.outputs() == {"late": 7}


def test_secret_config_stays_secret(engine: Engine) -> None:
    text = """
        import pulumi
        pulumi.export("password", pulumi.Config().require_secret("password"))
        pulumi.export("open", pulumi.Config().require("open"))
        pulumi.info("known as secret: " + str(pulumi.runtime.is_config_secret("p:password")))
    """
    program(engine, text, "open=sesame")
    assert engine.run("config", "set", "--secret", "password", "hunter2").ok
    said = engine.up()
    assert said.ok
    assert "hunter2" not in said.text
    assert "known as secret: True" in said.text
    assert "hunter2" not in str(engine.export())
    assert engine.outputs() == {"password": "hunter2", "open": "sesame"}


def test_what_a_program_prints_is_shown(engine: Engine) -> None:
    program(engine, "import sys; print('to out'); print('to err', file=sys.stderr)")
    said = engine.up()
    assert said.ok
    assert {"to out", "to err"} <= set(diagnostics(said.out))


def test_a_program_does_not_find_the_hosts_own_modules(engine: Engine) -> None:
    program(
        engine, "import importlib.util, pulumi\npulumi.export('found', importlib.util.find_spec('analyzer') is not None)\n"
    )
    assert engine.up().ok
    assert engine.outputs() == {"found": False}


def test_the_program_may_lie_elsewhere_than_its_project(engine: Engine) -> None:
    engine.write("Pulumi.yaml", "name: p\nruntime: python\nmain: inside/program\n")
    engine.write("inside/program/helper.py", "NAME = 'helper'\n")
    engine.write(
        "inside/program/__main__.py",
        """
        import os, helper, pulumi
        pulumi.export("seen", [helper.NAME, os.getcwd(), pulumi.runtime.get_root_directory()])
        """,
    )
    engine.init("dev")
    assert engine.up().ok
    assert engine.outputs() == {"seen": ["helper", str(engine.project / "inside/program"), str(engine.project)]}


def test_a_refusal_is_one_line_and_nothing_else(engine: Engine) -> None:
    program(engine, "import pulumi\nraise pulumi.RunError('the gate is shut')\n")
    said = engine.up()
    assert said.code != 0
    assert diagnostics(said.out) == ["pulumi:pulumi:Stack (p-dev):", "error: the gate is shut"]


def test_an_exception_shows_its_traceback_from_the_programs_first_line_on(engine: Engine) -> None:
    program(engine, "def fall():\n    raise ValueError('a bug')\nfall()\n")
    said = engine.up()
    assert said.code != 0
    assert diagnostics(said.out) == [
        "pulumi:pulumi:Stack (p-dev):",
        "error: Program failed with an unhandled exception:",
        "Traceback (most recent call last):",
        f'File "{engine.project}/__main__.py", line 3, in <module>',
        "fall()",
        f'File "{engine.project}/__main__.py", line 2, in fall',
        "raise ValueError('a bug')",
        "ValueError: a bug",
    ]


def test_an_exit_code_is_said(engine: Engine) -> None:
    program(engine, "raise SystemExit(3)\n")
    said = engine.up()
    assert said.code != 0
    assert "program exited with non-zero exit code: 3" in said.text


def test_an_exit_with_code_zero_is_success(engine: Engine) -> None:
    program(engine, "import sys, pulumi\npulumi.export('a', 1)\nsys.exit(0)\n")
    assert engine.up().ok


def until(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if word in line:
            return
    pytest.fail(f"{word!r} was never said")


WAITS = "import time\nprint('waiting', flush=True)\ntime.sleep(600)\n"


def test_an_interrupted_program_prints_no_traceback(engine: Engine) -> None:
    program(engine, WAITS)
    process = engine.start("up", "--skip-preview", "--stack", "dev")
    until(process, "waiting")
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    rest, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Traceback" not in rest
    assert "KeyboardInterrupt" not in rest
    assert "error: update canceled" in rest


def test_an_interrupted_asynchronous_program_prints_no_traceback(engine: Engine) -> None:
    program(
        engine,
        """
        import asyncio, pulumi
        async def main():
            print("waiting", flush=True)
            await asyncio.sleep(600)
        pulumi.run(main)
        """,
    )
    process = engine.start("up", "--skip-preview", "--stack", "dev")
    until(process, "waiting")
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    rest, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Traceback" not in rest


PACK = """
    import pulumi
    from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

    def check(args, report):
        if args.resource_type == "pulumi:pulumi:Stack":
            report(f"{pulumi.get_project()}/{pulumi.get_stack()} {pulumi.Config('p').get('gate')}")

    PolicyPack("pack", policies=[ResourceValidationPolicy(
        name="stack", description="says what it sees", validate=check, enforcement_level=EnforcementLevel.MANDATORY)])
"""


def test_a_policy_pack_sees_stack_and_config_and_stops_an_update(engine: Engine) -> None:
    program(engine, "import pulumi; pulumi.export('a', 1)", "gate=shut")
    engine.write("pack/PulumiPolicy.yaml", "runtime: python\nversion: 0.0.1\n")
    engine.write("pack/__main__.py", PACK)
    said = engine.up("--policy-pack", "pack")
    assert said.code != 0
    assert "p/dev shut" in said.text
    assert engine.resources() == []


@pytest.mark.skipif(not Path("/proc").exists(), reason="processes are found in /proc")
@pytest.mark.parametrize("killed", [["pulumi"], ["pulumi", "tools/language_host "], ["tools/language_host "]])
def test_whoever_is_killed_no_program_pack_or_provider_stays(engine: Engine, killed: list[str]) -> None:
    engine.write("Pulumi.yaml", PROJECT + "plugins: {providers: [{name: echo, path: provider}]}\n")
    engine.write("provider/PulumiPlugin.yaml", "runtime: python\n")
    engine.write("provider/__main__.py", PROVIDER)
    engine.write("pack/PulumiPolicy.yaml", "runtime: python\nversion: 0.0.1\n")
    engine.write("pack/__main__.py", PACK.replace("Stack", "None"))
    waits = """
        def wait(_):
            import time
            print("waiting", flush=True)
            time.sleep(600)

        Thing("two").where.apply(wait)
    """
    engine.write("__main__.py", textwrap.dedent(USES_PROVIDER) + textwrap.dedent(waits))
    engine.init("dev")
    process = engine.start("up", "--skip-preview", "--stack", "dev", "--policy-pack", "pack")
    until(process, "waiting")
    kinds = [str(engine.bin / "pulumi") + " " if one == "pulumi" else one for one in killed]
    # all are looked at before the first is killed: the others may end with it at once
    commands = {one: Path(f"/proc/{one}/cmdline").read_bytes() for one in processes_of(engine.folder, patience=0)}
    for one, command in commands.items():
        if any(kind in command.decode().replace("\0", " ") for kind in kinds):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
    process.communicate(timeout=60)
    assert processes_of(engine.folder) == []


def test_a_policy_pack_that_does_not_start_says_why(engine: Engine) -> None:
    program(engine, "")
    engine.write("pack/PulumiPolicy.yaml", "runtime: python\nversion: 0.0.1\n")
    engine.write("pack/__main__.py", "raise ValueError('a bug in the pack')\n")
    said = engine.up("--policy-pack", "pack")
    assert said.code != 0
    assert "a bug in the pack" in said.text


PROVIDER = """
    import os, sys
    from pulumi.provider.experimental import provider as p
    from pulumi.provider.experimental.property_value import PropertyValue
    from pulumi.provider.experimental.server import main

    class Echo(p.Provider):
        async def create(self, request):
            where = PropertyValue(os.environ.get("VIRTUAL_ENV", sys.prefix))
            return p.CreateResponse(resource_id="1", properties={**request.properties, "where": where})

        async def delete(self, request):
            return None

    main(sys.argv[1:], "0.0.1", Echo())
"""

USES_PROVIDER = """
    import pulumi

    class Thing(pulumi.CustomResource):
        where: pulumi.Output[str]

        def __init__(self, name):
            super().__init__("echo:index:Thing", name, {"a": "b", "where": None})

    pulumi.export("where", Thing("one").where)
"""


@pytest.mark.parametrize(
    "runtime", ["runtime: python\n", f"runtime: {{name: python, options: {{virtualenv: {sys.prefix}}}}}\n"]
)
def test_a_provider_written_in_python_makes_and_removes_a_resource(engine: Engine, runtime: str) -> None:
    engine.write("Pulumi.yaml", PROJECT + "plugins: {providers: [{name: echo, path: provider}]}\n")
    engine.write("provider/PulumiPlugin.yaml", runtime)
    engine.write("provider/__main__.py", PROVIDER)
    engine.write("__main__.py", USES_PROVIDER)
    engine.init("dev")
    said = engine.up()
    assert said.ok, said.text
    assert engine.outputs() == {"where": sys.prefix}
    assert engine.destroy().ok
    assert engine.resources() == []


def test_a_provider_needs_no_python_on_path(engine: Engine) -> None:
    engine.write("Pulumi.yaml", f"name: p\nruntime: {{name: python, options: {{virtualenv: {sys.prefix}}}}}\n")
    with (engine.project / "Pulumi.yaml").open("a") as file:
        file.write("plugins: {providers: [{name: echo, path: provider}]}\n")
    engine.write("provider/PulumiPlugin.yaml", "runtime: python\n")
    engine.write("provider/__main__.py", PROVIDER)
    engine.write("__main__.py", USES_PROVIDER)
    del engine.env["PULUMI_PYTHON_CMD"]
    engine.env["PATH"] = f"{engine.bin}:/usr/bin:/bin"
    engine.init("dev")
    said = engine.up()
    assert said.ok, said.text


def test_a_resource_that_fails_is_told_by_the_engine_and_not_by_a_traceback_of_the_program(engine: Engine) -> None:
    engine.write("Pulumi.yaml", PROJECT + "plugins: {providers: [{name: echo, path: provider}]}\n")
    engine.write("provider/PulumiPlugin.yaml", "runtime: python\n")
    engine.write(
        "provider/__main__.py", PROVIDER.replace("where = ", "raise ValueError('no room for it')\n            where = ")
    )
    engine.write("__main__.py", USES_PROVIDER)
    engine.init("dev")
    said = engine.up()
    assert said.code != 0
    assert "no room for it" in said.text
    assert "Program failed" not in said.text


SAYS_PYTHON = "import os, pulumi\npulumi.export('env', os.environ.get('VIRTUAL_ENV'))\n"


@pytest.mark.parametrize("toolchain_option", ["", "toolchain: pip, ", "toolchain: uv, "])
def test_a_program_runs_in_its_virtual_environment(engine: Engine, toolchain_option: str) -> None:
    (engine.project / "env").symlink_to(sys.prefix)
    program(engine, SAYS_PYTHON)
    engine.write("Pulumi.yaml", f"name: p\nruntime: {{name: python, options: {{{toolchain_option}virtualenv: env}}}}\n")
    said = engine.up()
    assert said.ok, said.text
    assert engine.outputs() == {"env": str(engine.project / "env")}


def test_uv_keeps_its_environment_beside_its_lock_file(engine: Engine) -> None:
    engine.write("Pulumi.yaml", "name: p\nruntime: {name: python, options: {toolchain: uv}}\nmain: program\n")
    engine.write("uv.lock", "")
    (engine.project / ".venv").symlink_to(sys.prefix)
    engine.write("program/__main__.py", SAYS_PYTHON)
    engine.init("dev")
    said = engine.up()
    assert said.ok, said.text
    assert engine.outputs() == {"env": str(engine.project / ".venv")}


def test_a_virtual_environment_that_is_not_there_is_named_with_a_way_out(engine: Engine) -> None:
    program(engine, "")
    engine.write("Pulumi.yaml", "name: p\nruntime: {name: python, options: {virtualenv: nowhere}}\n")
    said = engine.up()
    assert said.code != 0
    assert f"the virtual environment {engine.project}/nowhere does not exist" in said.text
    assert "fix: make it" in said.text


def test_an_unknown_option_is_refused_rather_than_ignored(engine: Engine) -> None:
    program(engine, "")
    engine.write("Pulumi.yaml", "name: p\nruntime: {name: python, options: {typechecker: mypy}}\n")
    said = engine.up()
    assert said.code != 0
    assert "does not know the runtime option 'typechecker'" in said.text


def test_an_engine_can_attach_to_a_host_that_runs_already(engine: Engine) -> None:
    program(engine, "import pulumi; pulumi.export('a', 1)")
    command = [str(engine.bin / "pulumi-language-python")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=engine.env) as host:
        assert host.stdout is not None
        engine.env["PULUMI_DEBUG_LANGUAGES"] = f"python:{host.stdout.readline().strip()}"
        assert engine.up().ok
        assert engine.up().ok
        host.terminate()
    assert host.returncode == 0
    assert engine.outputs() == {"a": 1}


def test_about_names_the_programs_python_and_packages(engine: Engine) -> None:
    program(engine, "")
    said = engine.run("about", "--json")
    assert said.ok, said.text
    assert sys.version.split()[0] in said.out
    assert re.search(r'"name": "(pvn|ruff)"', said.out)


def test_no_plugin_is_missed_and_nothing_is_warned_of(engine: Engine) -> None:
    program(engine, "import pulumi; pulumi.export('a', 1)")
    said = engine.up()
    assert "warning" not in said.text.lower()
