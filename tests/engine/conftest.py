"""What every test with the real engine stands on: the project's own tools, and an engine that touches nothing else.

def test_…(engine: Engine):
    engine.write("Pulumi.yaml", "name: p\\nruntime: python\\n")
    engine.write("__main__.py", "import pulumi; pulumi.export('a', 1)")
    engine.init("dev")
    assert engine.up().ok
    assert engine.outputs() == {"a": 1}
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests import preloaded
from tests.engine import keystore, pool
from tests.engine.emulated import CLOUDS, Emulated
from tests.engine.project import Project
from tests.engine.registry import Registry, serve
from tools import home
from tools.toolchain import cache
from tools.toolchain.ready import Toolchain

CHECKOUT = Path(__file__).resolve().parents[2]

PATIENCE = 300.0
"""Seconds for one command of the engine. They take one or two; a loaded machine takes longer, a hang takes for ever."""

LEFT_OUT = ("PULUMI_", "PVN_", "KUBECONFIG", "KWOK_", "AWS_", "ARM_", "GOOGLE_", "VIRTUAL_ENV", "PYTHONPATH")
"""Variables of the person who runs the tests that would reach into them."""

LOADED = "PVN_TEST_PROGRAMS"
"""Where all workers find the programs that are loaded already."""


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def ok(self) -> bool:
        return self.code == 0

    @property
    def text(self) -> str:
        """Everything it said, for searching."""
        return self.out + self.err


@dataclass
class Engine:
    """`pulumi` in one project directory, with a file backend and a home of its own. Nothing outside folder is written."""

    folder: Path
    bin: Path
    stack: str = "dev"
    """The stack that commands are about, where they name none."""
    env: dict[str, str] = field(default_factory=dict)
    """The whole environment of each command; tests may add to it."""

    def __post_init__(self) -> None:
        for place in (self.project, self.home, self.state):
            place.mkdir(parents=True, exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}
        self.env = kept | {
            "PATH": os.pathsep.join([str(self.bin), str(Path(sys.executable).parent), kept.get("PATH", "")]),
            "PULUMI_HOME": str(self.home),
            "PULUMI_BACKEND_URL": f"file://{self.state}",
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_SKIP_CONFIRMATIONS": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_PYTHON_CMD": sys.executable,
        }
        if not (self.bin / "pulumi-resource-kubernetes").exists():
            # an installed pulumi fetches its plugins itself: once for all tests, and not for each of them
            del self.env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"]
            plugins = cache.home().with_name("plugins")
            plugins.mkdir(parents=True, exist_ok=True)
            (self.home / "plugins").symlink_to(plugins)

    @property
    def project(self) -> Path:
        """Where commands run: the folder with Pulumi.yaml."""
        return self.folder / "project"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def write(self, path: str, text: str) -> Path:
        """Write a file of the project, without the indentation of the test it stands in."""
        file = self.project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text).lstrip("\n"), "utf-8")
        return file

    def run(self, *arguments: str, env: Mapping[str, str] | None = None) -> Said:
        """Run `pulumi` and wait for it."""
        command = self._command(arguments)
        done = subprocess.run(
            command,
            cwd=self.project,
            env=self.env | dict(env or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `pulumi` in a process group of its own, as a terminal would, and return at once."""
        return subprocess.Popen(
            self._command(arguments),
            cwd=self.project,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [str(self.bin / "pulumi"), *arguments, "--non-interactive", "--color", "never"]

    def init(self, stack: str, *config: str) -> None:
        """Make a stack and set its config: words such as `name=value`. It is the stack of later commands."""
        self.stack = stack
        self._must("stack", "init", stack, keystore.FLAG)
        for one in config:
            name, _, value = one.partition("=")
            self._must("config", "set", name, value, "--stack", stack)

    def up(self, *more: str) -> Said:
        """Update the stack, without a preview before."""
        return self.run("up", "--skip-preview", "--stack", self.stack, *more)

    def preview(self, *more: str) -> Said:
        return self.run("preview", "--stack", self.stack, *more)

    def destroy(self, *more: str) -> Said:
        return self.run("destroy", "--skip-preview", "--stack", self.stack, *more)

    def outputs(self, stack: str = "") -> dict[str, Any]:
        """Return a stack's outputs, with its secrets in the open."""
        said = self._must("stack", "output", "--json", "--show-secrets", "--stack", stack or self.stack)
        return dict(json.loads(said.out))

    def export(self, stack: str = "") -> dict[str, Any]:
        """Return a stack's state: what `pulumi stack export` prints."""
        return dict(json.loads(self._must("stack", "export", "--stack", stack or self.stack).out))

    def resources(self, stack: str = "") -> list[dict[str, Any]]:
        """Return a stack's resources in the order they were made; none before the first update."""
        return self.export(stack)["deployment"].get("resources") or []

    def _must(self, *arguments: str) -> Said:
        said = self.run(*arguments)
        assert said.ok, f"pulumi {' '.join(arguments)}\n{said.text}"
        return said


def pytest_configure(config: pytest.Config) -> None:
    """Lay out what all workers share: a pool of clusters, loaded programs, and how those in Go spend CPU.

    Most of these live for seconds, in which collecting garbage is a sixth of what they do. Threads that look for work take a
    sixth of a control plane that idles on two cores, and the workers keep the cores busy without them.
    """
    config.addinivalue_line("markers", "makes_clusters: the test is about making clusters, and borrows none")
    config.addinivalue_line("markers", "stops_a_cluster: the test stops one of its clusters, and borrows two")
    if not hasattr(config, "workerinput"):
        frugal = {"GOGC": "off", "GOMEMLIMIT": "768MiB", "GOMAXPROCS": str(max(1, (os.cpu_count() or 2) // 2))}
        os.environ |= {"PATH": home.path(os.environ["PATH"]), **frugal}
        pool.begin()
        config.add_cleanup(pool.end)
        shared = ExitStack()
        config.add_cleanup(shared.close)
        os.environ[LOADED] = str(shared.enter_context(preloaded.programs(_modules())))


def _modules() -> list[str]:
    """Name what the program, its plugins and the command may import."""
    parts = [path.relative_to(CHECKOUT).with_suffix("").parts for path in (CHECKOUT / "components").rglob("*.py")]
    components = [".".join(one) for one in sorted(parts) if not one[-1].startswith("__")]
    return ["pulumi", *components, "tests.engine.emulator.provider", "evidence.judgements", *preloaded.VERBS]


@pytest.fixture(scope="session")
def toolchain() -> Path:
    """The folder of the project's tools. They are made ready where `make` has not done it before."""
    return Toolchain().ensure()


@pytest.fixture
def engine(toolchain: Path, tmp_path: Path, keys: None) -> Iterator[Engine]:
    """An engine with an empty project and no stack. A test that leaves a process behind fails."""
    made = Engine(tmp_path / "engine", toolchain)
    yield made
    left = processes_of(made.folder)
    for process in left:
        os.kill(process, signal.SIGKILL)
    assert not left, f"processes left behind: {left}"


@pytest.fixture(scope="session")
def loaded() -> Path:
    """The folder of the programs that are loaded already."""
    return Path(os.environ[LOADED])


@pytest.fixture(scope="session")
def keys() -> Iterator[None]:
    """The key store for the states of all tests."""
    with keystore.serve():
        yield


@pytest.fixture
def project(request: pytest.FixtureRequest, toolchain: Path, loaded: Path, tmp_path: Path, keys: None) -> Iterator[Project]:
    """A project of its own with two stacks on local clusters, borrowed unless the test is about making them."""
    is_plain = request.node.get_closest_marker("makes_clusters") is not None
    made = Project(tmp_path / "shop", toolchain, loaded=None if is_plain else loaded)
    if not is_plain:
        made.borrow(is_one=not request.node.get_closest_marker("stops_a_cluster"))
    yield made
    made.remove()
    assert not (left := processes_of(made.home)), f"processes left behind: {left}"


@pytest.fixture(params=CLOUDS)
def cloud(request: pytest.FixtureRequest, toolchain: Path, loaded: Path, tmp_path: Path, keys: None) -> Iterator[Emulated]:
    """A shop on one emulated cloud after the other; its clusters are borrowed."""
    made = Emulated(tmp_path / "shop", toolchain, loaded, cloud=CLOUDS[request.param])
    made.add("web")
    yield made
    made.remove()
    assert not (left := processes_of(made.home)), f"processes left behind: {left}"


@pytest.fixture(scope="session")
def registry(toolchain: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry that lets everybody in, one for all tests: each pushes to repositories of its own."""
    with serve(toolchain / "registry", tmp_path_factory.mktemp("registry")) as made:
        yield made


def processes_of(folder: Path, patience: float = 5.0) -> list[int]:
    """Return the processes that work in a folder, after giving them a few seconds to end.

    They are told by PULUMI_HOME in their environment, which every child of an engine has; a borrowed cluster that a test
    started again has it too, and goes on. Linux only; elsewhere nothing is seen, and nothing is claimed.
    """
    mark, lent = f"PULUMI_HOME={folder}".encode(), os.environ.get(pool.PLACE, "nowhere").encode()
    end = time.monotonic() + patience
    while True:
        with_mark = [one.parent for one in Path("/proc").glob("[0-9]*/environ") if mark in _read(one)]
        found = [int(one.name) for one in with_mark if lent not in _read(one / "cmdline")]
        if not found or time.monotonic() >= end:
            return found
        time.sleep(0.1)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
